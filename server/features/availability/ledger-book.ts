import { noSuch } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import { type GapEvidence, type Interval, type IntervalReason, sayInterval } from '../../domain/ledger.ts';
import { everyClient, inScope, type Scope } from '../../domain/scope.ts';
import { CompactLedger } from '../../domain/sla/compact-ledger.ts';
import { type Attested, compose, underClauses } from '../../domain/sla/compose.ts';
import type { Measured } from '../../domain/sla/figure.ts';
import type { DeviceFacts, DeviceLedgerSource, Exclusion, ExclusionSource, Stretch } from '../../domain/sla/sources.ts';
import { deviceFacts } from '../../fleet/device-facts.ts';
import { type DeviceRecord, makeRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { openEnd } from '../../fleet/presence-view.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { Agreements } from './agreements.ts';

/** A device in the book. Retired ones stay: their past still counts. */
export interface BookEntry {
  record: DeviceRecord;
  /** Evidence alone, as far as it is written; the open end is in the record's memory. */
  readonly written: CompactLedger;
  attestations: readonly Attested[];
  retiredAt: number | null;
}

export interface LedgerBookOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly agreements: Agreements;
  readonly exclusions: ExclusionSource | null;
  readonly now: () => number;
}

const PAGE = 20_000;

/** The ledger of every device in memory, without its evidence, which stays in the database until somebody asks for it. */
export class LedgerBook implements DeviceLedgerSource {
  readonly #entries = new Map<string, BookEntry>();
  readonly #byClient = new Map<string, Set<BookEntry>>();
  readonly #options: LedgerBookOptions;

  constructor(options: LedgerBookOptions) {
    this.#options = options;
  }

  /** Reads what is written, once, before anything new is taken in. */
  async load(): Promise<void> {
    const { store, fleet } = this.#options;
    const all = store.scoped(everyClient);
    for (const record of fleet.devices.values()) this.#add(record);
    for (const info of await all.devices.retired()) {
      this.#add(makeRecord(info, await all.deviceStates.get(info.id), fleet.blindness));
    }
    let after: { deviceId: string; start: number } | null = null;
    for (;;) {
      const page = await all.presence.notUp(after, PAGE);
      for (const span of page) this.#entries.get(span.deviceId)?.written.replace(span.start, span.end, [span]);
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last;
    }
    for (const hole of await all.presence.holes()) {
      this.#entries.get(hole.deviceId)?.written.replace(hole.start, hole.end, [hole]);
    }
    for (const row of await all.attestations.standing()) this.attested(row);
  }

  /** Reads again what is written from then on, ms: rows were dated anew. */
  async reread(from: number): Promise<void> {
    const { presence } = this.#options.store.scoped(everyClient);
    for (const { record, written } of this.#entries.values()) {
      if (written.lastEnd <= from) continue;
      const rows = await presence.between(record.info.id, from, Number.MAX_SAFE_INTEGER);
      const spans = rows.map((row) => ({ start: Math.max(from, row.start_ms), end: row.end_ms, state: row.state }));
      written.replace(from, Number.POSITIVE_INFINITY, spans);
    }
  }

  /** Follows what the watch wrote. */
  take(changes: ChangeSet): void {
    for (const { record, change } of changes.ledger) {
      this.#entries.get(record.info.id)?.written.replace(change.from, change.to, change.intervals);
    }
  }

  /** Follows an enrolment, a change or a retirement (`record` is null then). */
  async deviceChanged(deviceId: string, record: DeviceRecord | null): Promise<void> {
    const entry = this.#entries.get(deviceId);
    if (record) {
      if (!entry) await this.#fetch(everyClient, deviceId);
      else if (entry.record !== record || entry.retiredAt !== null) {
        entry.record = record;
        entry.retiredAt = null;
      }
      return;
    }
    const row = await this.#options.store.scoped(everyClient).devices.get(deviceId);
    if (entry) entry.retiredAt = row?.retired_at ?? this.#options.now();
  }

  attested(row: Row<'attestation'>): void {
    const entry = this.#entries.get(row.device_id);
    if (entry) entry.attestations = [...entry.attestations.filter(({ id }) => id !== row.id), toAttested(row)];
  }

  withdrawn({ id, device_id }: Pick<Row<'attestation'>, 'id' | 'device_id'>): void {
    const entry = this.#entries.get(device_id);
    if (entry) entry.attestations = entry.attestations.filter((standing) => standing.id !== id);
  }

  entries(): Iterable<BookEntry> {
    return this.#entries.values();
  }

  ofClient(clientId: string): Iterable<BookEntry> {
    return this.#byClient.get(clientId) ?? [];
  }

  find(deviceId: string): BookEntry | null {
    return this.#entries.get(deviceId) ?? null;
  }

  /** @throws VigiaError not_found */
  async entry(scope: Scope, deviceId: string): Promise<BookEntry> {
    const entry = this.#entries.get(deviceId) ?? (await this.#fetch(scope, deviceId));
    if (!entry || !inScope(scope, entry.record.info.client_id)) {
      throw noSuch('device');
    }
    return entry;
  }

  /**
   * The device as figures are made of it, with all that was declared laid over the evidence in [from, to), also ahead of now.
   * Only what lies in that range may be asked of it. Without clauses, what they exclude is down.
   */
  measured(entry: BookEntry, from: number, to: number, withClauses = true): Measured {
    const life = this.#life(entry);
    const loose = [...this.#unwritten(entry)].filter(({ state }) => state !== 'up');
    const exclusions = this.#exclusions(entry, from, to);
    if (loose.length === 0 && exclusions.length === 0 && entry.attestations.length === 0) {
      return { ledger: entry.written, ...life };
    }
    const evidence = new CompactLedger();
    const start = Math.max(from, life.from);
    evidence.replace(start, to, entry.written.spans(start, to));
    for (const { start: a, end: b, state } of loose) evidence.replace(a, b, [{ start: a, end: b, state }]);
    if (exclusions.length === 0 && entry.attestations.length === 0) return { ledger: evidence, ...life };
    const stretches = evidence.spans(start, to).map((span): Stretch => ({ ...span, ...unsaid }));
    return {
      ledger: CompactLedger.of(
        compose({ from: start, to }, stretches, this.#said(entry, entry.attestations, withClauses), exclusions),
      ),
      ...life,
    };
  }

  /** True if nothing but `up` can be known of the device since then: figures of it need not be computed. */
  isWhollyUp(entry: BookEntry, since: number): boolean {
    if (entry.written.lastEnd > since || entry.attestations.length > 0) return false;
    return openEnd(entry.record, this.#options.now()).every(({ state }) => state === 'up');
  }

  async ledger(deviceId: string, from: number, to: number, withClauses = true): Promise<readonly Stretch[]> {
    const entry = this.#entries.get(deviceId);
    return entry ? this.composed(entry, from, to, entry.attestations, withClauses) : [];
  }

  /** Whether somebody said of a device of this client whose fault something was: else clauses of the contract exclude nothing. */
  isAnybodyBlamed(clientId: string): boolean {
    for (const entry of this.ofClient(clientId)) if (isBlamed(entry)) return true;
    return false;
  }

  /** The finished ledger of a range with its evidence, under these attestations. Without clauses, what they exclude is down. */
  async composed(
    entry: BookEntry,
    from: number,
    to: number,
    attestations: readonly Attested[],
    withClauses = true,
  ): Promise<readonly Stretch[]> {
    const life = this.#life(entry);
    const start = Math.max(from, life.from);
    const end = Math.min(to, life.until);
    if (end <= start) return [];
    const rows = await this.#options.store.scoped(everyClient).presence.between(entry.record.info.id, start, end);
    const written = rows.map((row) =>
      toStretch(
        {
          start: row.start_ms,
          end: row.end_ms,
          state: row.state,
          reason: row.reason as IntervalReason,
          evidence: JSON.parse(row.evidence_json) as GapEvidence,
        },
        row.revised === 1,
      ),
    );
    const evidence = [...written, ...this.#unwritten(entry)];
    return compose(
      { from: start, to: end },
      evidence,
      this.#said(entry, attestations, withClauses),
      this.#exclusions(entry, start, end),
    );
  }

  /** What people said, in the parts that the contract's clauses exclude and those that they do not. */
  #said({ record: { info } }: BookEntry, attestations: readonly Attested[], withClauses = true): readonly Attested[] {
    if (!withClauses || attestations.every(({ responsibility }) => responsibility === null)) return attestations;
    const clauses = this.#options.agreements.clauses(info.client_id);
    return attestations.flatMap((attested) => underClauses(attested, clauses));
  }

  #life({ record, retiredAt }: BookEntry): Omit<Measured, 'ledger'> {
    const now = this.#options.now();
    const known = openEnd(record, Math.min(now, retiredAt ?? now)).at(-1)?.end ?? now;
    return {
      from: record.info.enrolled_at,
      until: Math.min(known, retiredAt ?? known, now),
      end: retiredAt ?? Number.POSITIVE_INFINITY,
    };
  }

  /** The time before the first report, and what follows the last written row. */
  *#unwritten({ record, retiredAt }: BookEntry): Generator<Stretch> {
    const until = retiredAt ?? this.#options.now();
    const { enrolled_at } = record.info;
    const firstAt = record.memory.presence.first?.at ?? until;
    if (firstAt > enrolled_at) {
      yield {
        start: enrolled_at,
        end: firstAt,
        state: 'unknown',
        reason: 'pending',
        said: said('ledger.pending'),
        author: null,
        revised: false,
      };
    }
    for (const interval of openEnd(record, until)) yield toStretch(interval, false);
  }

  #exclusions({ record: { info } }: BookEntry, from: number, to: number): readonly Exclusion[] {
    const { exclusions, agreements } = this.#options;
    const facts = deviceFacts(info);
    const declared = exclusions?.exclusions(facts, from, to) ?? [];
    return info.expected_hours === 1 ? [...declared, ...agreements.offHours(facts, from, to)] : declared;
  }

  async #fetch(scope: Scope, deviceId: string): Promise<BookEntry | null> {
    const { store, fleet } = this.#options;
    const all = store.scoped(scope);
    const info = await all.devices.get(deviceId);
    if (!info) return null;
    const saved = await all.deviceStates.get(deviceId);
    const rows = await all.presence.between(deviceId, 0, Number.MAX_SAFE_INTEGER);
    // Others may have asked for it meanwhile.
    const known = this.#entries.get(deviceId);
    if (known) return known;
    const entry = this.#add(fleet.devices.get(deviceId) ?? makeRecord(info, saved, fleet.blindness));
    for (const { start_ms: start, end_ms: end, state } of rows)
      entry.written.replace(start, end, [{ start, end, state }]);
    return entry;
  }

  #add(record: DeviceRecord): BookEntry {
    const { id, client_id, retired_at } = record.info;
    const entry: BookEntry = { record, written: new CompactLedger(), attestations: [], retiredAt: retired_at };
    this.#entries.set(id, entry);
    const siblings = this.#byClient.get(client_id) ?? new Set();
    this.#byClient.set(client_id, siblings.add(entry));
    return entry;
  }
}

const unsaid = { reason: '', said: said('nothing'), author: null, revised: false } as const;

function toStretch(interval: Interval, revised: boolean): Stretch {
  const { start, end, state, reason } = interval;
  return { start, end, state, reason, said: sayInterval(interval), author: null, revised };
}

export function toAttested(row: Row<'attestation'>): Attested {
  const { id, from_ms: from, to_ms: to, verdict, why, at, by_user: by, responsibility, evidence } = row;
  return { id, from, to, verdict, why, at, by, responsibility, evidence, isExcluded: false };
}

/** Whether somebody said whose fault something of it was. */
export function isBlamed({ attestations }: BookEntry): boolean {
  return attestations.some(({ responsibility }) => responsibility !== null);
}

export function factsOf({ record }: BookEntry): DeviceFacts {
  return deviceFacts(record.info);
}
