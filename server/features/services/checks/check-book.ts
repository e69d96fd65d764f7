import type { CheckOutcome } from '../../../../protocol/check/outcome.ts';
import { type Said, said } from '../../../../protocol/said/said.ts';
import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../../core/incidents/judge.ts';
import { type CheckInterval, type CheckLedgerChange, speaksForMs, takeResult } from '../../../domain/check-ledger.ts';
import { certificateEnd, type Observation, observationIn } from '../../../domain/check-result.ts';
import { hasPassed } from '../../../domain/has-passed.ts';
import type { Subject } from '../../../domain/incidents/incident.ts';
import { judgeCheck } from '../../../domain/rules/check.ts';
import { type CheckMemory, freshCheckMemory } from '../../../domain/rules/check-memory.ts';
import { sayObservation } from '../../../domain/say-check.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { DeviceRecord } from '../../../fleet/device-record.ts';
import type { Fleet } from '../../../fleet/fleet.ts';
import { redateCheck } from '../../../fleet/redate-check.ts';
import type { StoredReport } from '../../../platform/series/series-store.ts';
import type { Store } from '../../../platform/store/store.ts';
import { type CheckDefinition, everyMs, toDefinition } from './definition.ts';

export interface CheckBookOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  /** What agents are asked for, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
}

/** What a check is at this moment. */
export interface CheckState {
  readonly state: 'up' | 'down' | 'unknown';
  readonly said: Said;
  readonly seen: Observation | null;
}

interface Arrival {
  readonly receivedAt: number;
  /** Now, if it describes the present. */
  readonly liveAt: number | null;
}

type Listener = (check: CheckDefinition, changes: ChangeSet, at: number) => void;

/** The memories of checks that the server runs are saved with their edges, and otherwise this often. */
const SAVE_EVERY_MS = 30_000;

/** Every check, with what is known of it. What changes here changes in the lane of the watch. */
export class CheckBook implements Judge {
  readonly about = 'checks';
  readonly #options: CheckBookOptions;
  readonly #checks = new Map<string, CheckDefinition>();
  readonly #byDevice = new Map<string, Set<CheckDefinition>>();
  /** Of the checks that the server runs. */
  readonly #memories = new Map<string, CheckMemory>();
  readonly #dirty = new Set<string>();
  #savedAt = 0;
  #beforeIncident: Listener = () => undefined;

  constructor(options: CheckBookOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    for (const row of await this.#options.store.scoped(everyClient).checks.all()) {
      this.put(toDefinition(row));
      if (row.device_id === null && row.state_json !== '{}') this.#memories.set(row.id, JSON.parse(row.state_json));
    }
  }

  /** Called when a failing check is about to become an incident, so that what explains it can come first. */
  beforeIncident(listener: Listener): void {
    this.#beforeIncident = listener;
  }

  get(id: string): CheckDefinition | undefined {
    const check = this.#checks.get(id);
    return check?.removedAt === null ? check : undefined;
  }

  /** Also one that was removed. */
  ever(id: string): CheckDefinition | undefined {
    return this.#checks.get(id);
  }

  all(): readonly CheckDefinition[] {
    return [...this.#checks.values()].filter(({ removedAt }) => removedAt === null);
  }

  ofDevice(deviceId: string): readonly CheckDefinition[] {
    return [...(this.#byDevice.get(deviceId) ?? [])];
  }

  /** Those that the server runs itself. */
  ofServer(): readonly CheckDefinition[] {
    return this.all().filter(({ deviceId }) => deviceId === null);
  }

  put(check: CheckDefinition): void {
    this.#dropFromDevice(check.id);
    this.#checks.set(check.id, check);
    if (check.deviceId === null || check.removedAt !== null) return;
    const ofDevice = this.#byDevice.get(check.deviceId) ?? new Set();
    this.#byDevice.set(check.deviceId, ofDevice.add(check));
  }

  /** Ends what is open about a check that was removed. */
  remove(check: CheckDefinition, changes: ChangeSet, at: number): void {
    for (const rule of ['check.failed', 'check.certificate'] as const) {
      const removed = said('check.removed', { check: check.name });
      const step = this.#options.book.step(
        { kind: 'clear', rule, object: check.id, said: removed, at, isFinal: true },
        subjectOf(check, this.#options.fleet),
      );
      changes.addIncident(this.#recordOf(check), step);
    }
    changes.afterwards(() => {
      this.put({ ...check, removedAt: at });
    });
  }

  memoryOf(check: CheckDefinition): CheckMemory | null {
    if (check.deviceId === null) return this.#memories.get(check.id) ?? null;
    return this.#recordOf(check)?.memory.checks.get(check.id) ?? null;
  }

  everyMs(check: CheckDefinition): number {
    const record = this.#recordOf(check);
    const reportIntervalMs = record
      ? (record.connection.intervalMs ?? this.#options.reportIntervalMs[record.info.kind])
      : check.intervalSeconds * 1000;
    return everyMs(check, reportIntervalMs);
  }

  /** What it is now: the newest result speaks for three intervals. */
  stateOf(check: CheckDefinition, now: number): CheckState {
    const seen = this.memoryOf(check)?.seen ?? null;
    if (seen === null) return { state: 'unknown', said: said('check.never-ran'), seen };
    const what = sayObservation(check.target, seen);
    const ageMs = now - seen.at;
    if (ageMs > speaksForMs(this.everyMs(check))) {
      return { state: 'unknown', said: said('check.silent', { lastAt: seen.at, seen: what }), seen };
    }
    const state = seen.up === null ? 'unknown' : seen.up ? 'up' : 'down';
    return { state, said: said('check.says', { seen: what }), seen };
  }

  /** True while it fails and has failed for as long as it may. */
  isAlarmed(check: CheckDefinition): boolean {
    return this.memoryOf(check)?.alarm.isRaised ?? false;
  }

  takeReport(record: DeviceRecord, report: StoredReport, isLive: boolean, changes: ChangeSet): void {
    const checks = this.#byDevice.get(record.info.id);
    if (checks === undefined) return;
    const reading = isLive && record.latest?.at === report.at ? record.latest : this.#options.fleet.read(report);
    for (const check of checks) {
      const seen = observationIn(reading, check.id);
      if (seen === null) continue;
      const memory = record.memory.checks.get(check.id) ?? freshCheckMemory();
      record.memory.checks.set(check.id, memory);
      this.#take(check, memory, seen, { receivedAt: report.receivedAt, liveAt: isLive ? report.at : null }, changes);
    }
  }

  /** A result of a check that the server ran. */
  takeOutcome(checkId: string, outcome: CheckOutcome, at: number, changes: ChangeSet): void {
    const check = this.get(checkId);
    // It was removed while it ran.
    if (check === undefined || check.deviceId !== null) return;
    const memory = this.#memories.get(checkId) ?? freshCheckMemory();
    this.#memories.set(checkId, memory);
    this.#dirty.add(checkId);
    const { up, reason, httpStatus, certificateLeftMs } = outcome;
    const certificateEndsAt = certificateEnd(at, certificateLeftMs);
    const durationMs = Math.round(outcome.durationMs);
    this.#take(
      check,
      memory,
      { at, up, reason, durationMs, httpStatus, certificateEndsAt },
      { receivedAt: at, liveAt: at },
      changes,
    );
  }

  clockSet({ sizeMs, now }: ClockSet): void {
    for (const [id, memory] of this.#memories) {
      redateCheck(memory, sizeMs, now);
      this.#dirty.add(id);
    }
  }

  /** Saves what the server's own checks have learnt since. */
  judge(changes: ChangeSet, now: number): void {
    if (!hasPassed(SAVE_EVERY_MS, this.#savedAt, now)) return;
    this.#savedAt = now;
    for (const id of this.#dirty) this.#save(id, changes);
  }

  /** The same at once, for a stop. */
  saveAll(changes: ChangeSet): void {
    for (const id of this.#dirty) this.#save(id, changes);
  }

  #take(check: CheckDefinition, memory: CheckMemory, seen: Observation, arrival: Arrival, changes: ChangeSet): void {
    const { up, at, reason, httpStatus, durationMs } = seen;
    const every = this.everyMs(check);
    if (up !== null) {
      const change = takeResult(memory.history, { at, up, reason, httpStatus, durationMs, everyMs: every });
      if (change) this.#write(check, change, seen, arrival.receivedAt, changes);
    }
    if (memory.seen === null || at >= memory.seen.at) memory.seen = seen;
    const { liveAt } = arrival;
    if (liveAt === null) return;
    const { id, name, target, forSeconds, priority } = check;
    const rule = { id, name, target, forMs: forSeconds * 1000, priority, everyMs: every };
    for (const verdict of judgeCheck(memory.alarm, rule, seen, liveAt)) {
      if (verdict.rule === 'check.failed' && verdict.kind !== 'clear') this.#beforeIncident(check, changes, liveAt);
      const step = this.#options.book.step(verdict, subjectOf(check, this.#options.fleet));
      changes.addIncident(this.#recordOf(check), step);
      this.#edge(check, changes);
    }
  }

  #write(check: CheckDefinition, change: CheckLedgerChange, seen: Observation, at: number, changes: ChangeSet): void {
    const { checks, ledgerRevisions } = this.#options.store.scoped(everyClient);
    const { id, clientId } = check;
    const isReplaced = ({ start, end, state }: CheckInterval): boolean =>
      change.replaced.some((old) => old.start < end && start < old.end && old.state !== state);
    const rows = change.intervals.map((interval) => ({
      client_id: clientId,
      check_id: id,
      start_ms: interval.start,
      end_ms: interval.end,
      state: interval.state,
      reason: interval.reason,
      evidence_json: JSON.stringify(interval.evidence),
      revised: isReplaced(interval) ? (1 as const) : (0 as const),
    }));
    changes.add(...checks.replaceIntervalsStatements(check, change.from, rows));
    const [first] = change.replaced;
    const last = change.replaced.at(-1);
    if (first && last) {
      changes.add(
        ledgerRevisions.insertStatement({
          client_id: clientId,
          subject_kind: 'check',
          subject_id: id,
          at,
          by_user: 'evidence',
          said_json: JSON.stringify(said('revision.result', { at: seen.at, seen: sayObservation(check.target, seen) })),
          from_ms: first.start,
          to_ms: last.end,
          before_json: JSON.stringify(change.replaced),
          after_json: JSON.stringify(change.replacement),
        }),
      );
    }
    this.#edge(check, changes);
  }

  /** What is remembered of the check goes into the same transaction as what follows from it. */
  #edge(check: CheckDefinition, changes: ChangeSet): void {
    const record = this.#recordOf(check);
    if (record) changes.edge(record);
    else this.#save(check.id, changes);
  }

  #save(id: string, changes: ChangeSet): void {
    const memory = this.#memories.get(id);
    changes.afterwards(() => this.#dirty.delete(id));
    if (!memory) return;
    changes.add(this.#options.store.scoped(everyClient).checks.saveStateStatement(id, JSON.stringify(memory)));
  }

  #recordOf({ deviceId }: CheckDefinition): DeviceRecord | null {
    return deviceId === null ? null : (this.#options.fleet.devices.get(deviceId) ?? null);
  }

  #dropFromDevice(id: string): void {
    const known = this.#checks.get(id);
    if (known?.deviceId) this.#byDevice.get(known.deviceId)?.delete(known);
  }
}

/** Whose incidents those of a check are: its device's, or the client's if the server runs it. */
function subjectOf({ clientId, deviceId }: CheckDefinition, fleet: Fleet): Subject {
  const record = deviceId === null ? undefined : fleet.devices.get(deviceId);
  return { clientId, siteId: record?.info.site_id ?? null, deviceId };
}
