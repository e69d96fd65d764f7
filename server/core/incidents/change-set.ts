import type { CompiledQuery } from 'kysely';
import type { IncidentStep } from '../../domain/incidents/incident.ts';
import type { Interval } from '../../domain/ledger.ts';
import type { LedgerChange } from '../../domain/presence.ts';
import { everyClient } from '../../domain/scope.ts';
import { writeDeviceMemory } from '../../fleet/device-memory.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { revisionStatements } from '../../fleet/ledger-revision.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Turn } from '../../platform/store/turn.ts';
import { incidentStatements } from './statements.ts';

/** What happened in one step of the watch: written in one transaction, then shown. */
export class ChangeSet implements Turn {
  readonly incidents: IncidentStep[] = [];
  /** Devices whose row on the screen is no longer right. */
  readonly touched = new Set<DeviceRecord>();
  /** Devices that have a new reading, each once for each reading: shown to those who look at them. */
  readonly reported: DeviceRecord[] = [];
  /** What else is shown or remembered once it is durable. */
  readonly published: (() => void)[] = [];
  /** What sets memory back if it is not written. */
  readonly undoing: (() => void)[] = [];
  /** Why the database refused it for its content, or null. */
  refusal: unknown = null;
  /** What the audit log is told of it, or null. */
  recorded: { readonly subject: string; readonly detail: Readonly<Record<string, unknown>> } | null = null;
  readonly #saved = new Set<DeviceRecord>();
  readonly #others: CompiledQuery[] = [];
  readonly #ledger: { record: DeviceRecord; change: LedgerChange }[] = [];

  /** An edge of this device: its memory is saved with it, so that a replay does not repeat it. */
  edge(record: DeviceRecord): void {
    this.#saved.add(record);
    this.touched.add(record);
  }

  addLedger(record: DeviceRecord, changes: readonly LedgerChange[]): void {
    for (const change of changes) this.#ledger.push({ record, change });
    if (changes.length > 0) this.edge(record);
  }

  /** What the ledger gained, in order. */
  get ledger(): readonly { readonly record: DeviceRecord; readonly change: LedgerChange }[] {
    return this.#ledger;
  }

  /** `record`: the device whose memory has to be saved with it; null for an incident that is not a device's. No step changes nothing. */
  addIncident(record: DeviceRecord | null, step: IncidentStep | null): void {
    if (step === null) return;
    this.incidents.push(step);
    if (record) this.edge(record);
  }

  /** Anything else that belongs into the same transaction. */
  add(...statements: readonly CompiledQuery[]): void {
    this.#others.push(...statements);
  }

  /** Called once all of it is durable. */
  afterwards(work: () => void): void {
    this.published.push(work);
  }

  /** Called if it is refused: for memory that has to be ahead while the rest is decided. */
  otherwise(undo: () => void): void {
    this.undoing.push(undo);
  }

  /** The row of the audit log: the id of what was acted on. */
  record(subject: string, detail: Readonly<Record<string, unknown>> = {}): void {
    this.recorded = { subject, detail };
  }

  /** Devices whose memory is written with it. */
  get saved(): ReadonlySet<DeviceRecord> {
    return this.#saved;
  }

  get hasWrites(): boolean {
    return this.#saved.size > 0 || this.incidents.length > 0 || this.#others.length > 0;
  }

  /** Everything to be written, in order. `position`: the journal position that the devices' memories include. */
  statements(store: Store, position: number, now: number): CompiledQuery[] {
    const all = store.scoped(everyClient);
    const statements: CompiledQuery[] = [];
    // Before anything is changed, so that a revision says what stood.
    for (const [record, ledger] of Map.groupBy(this.#ledger, ({ record }) => record)) {
      const changes = ledger.map(({ change }) => change);
      statements.push(...revisionStatements(store, record, changes, now));
    }
    for (const { record, change } of this.#ledger) statements.push(...ledgerStatements(store, record, change));
    for (const step of this.incidents) statements.push(...incidentStatements(store, step, now));
    for (const record of this.#saved) {
      statements.push(
        all.deviceStates.saveStatement({
          device_id: record.info.id,
          client_id: record.info.client_id,
          state_json: writeDeviceMemory(record.memory),
          cursor: position,
          saved_at: now,
        }),
      );
    }
    statements.push(...this.#others);
    return statements;
  }
}

function ledgerStatements(store: Store, record: DeviceRecord, change: LedgerChange): CompiledQuery[] {
  const { presence } = store.scoped(everyClient);
  const { id, client_id } = record.info;
  const inserts = change.intervals.map((interval) =>
    presence.insertStatement(toRow(interval, id, client_id, change.revision)),
  );
  if (!change.revision) return inserts;
  return [...presence.clearStatements(record.info, change.from, change.to), ...inserts];
}

function toRow(interval: Interval, deviceId: string, clientId: string, revised: boolean) {
  return {
    client_id: clientId,
    device_id: deviceId,
    start_ms: interval.start,
    end_ms: interval.end,
    state: interval.state,
    reason: interval.reason,
    evidence_json: JSON.stringify(interval.evidence),
    revised: revised ? (1 as const) : (0 as const),
  };
}
