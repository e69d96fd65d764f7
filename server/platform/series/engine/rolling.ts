import { mergeColumns } from '../block/merge-columns.ts';
import { openBuckets } from '../block/rollup-block.ts';
import type { Columns } from '../columns.ts';
import { DamagedError } from '../damaged-error.ts';
import { MAX_RATE_GAP_MS } from '../rate-gap.ts';
import { foldBuckets, replaceBuckets } from '../rollup/combine.ts';
import { foldRaw, nothingBefore } from '../rollup/fold.ts';
import { isBackfill, isPast, laneOf } from '../rows/lane.ts';
import type { Sliced } from '../slices.ts';
import { columnsOfRows } from './columns-of-rows.ts';
import { DAY_MS, floorTo, HOUR_MS, type Host } from './directory.ts';
import type { Parts } from './parts.ts';
import { BLOCK_SPAN_MS, columnsOf } from './raw-table.ts';
import { changeRow, writeRows } from './rollup-rows.ts';
import { bucketMsOf } from './rollup-table.ts';
import { setAside } from './set-aside.ts';

/** An hour is rolled up so long after it ended, and later by host so that a fleet's hours are spread. */
const DELAY_MS = 5 * 60_000;
const SPREAD_MINUTES = 50;
/** Late reports gather for so long before their hour is rolled up again. */
const STALE_MS = 5 * 60_000;
/** Blocks that are read in one turn. */
const BLOCKS_PER_STEP = 4;

/** Sums up the reports of hours that have ended, and days of five minutes as hours. */
export class Rolling {
  readonly #parts: Parts;
  readonly #due = new Set<Host>();
  readonly #advance;
  /** The hour that is being rolled up, and whether reports of it came meanwhile. */
  #current: { readonly host: number; readonly toMs: number; isTouched: boolean } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#advance = parts.db.sql.prepare('UPDATE host SET rolled_to = ?, hours_to = ? WHERE id = ?');
  }

  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** Told of each report that is added. */
  added(host: number, at: number): void {
    const current = this.#current;
    if (current && current.host === host && at < current.toMs) current.isTouched = true;
  }

  /** What was rolled up of a host from these times on is no longer there. */
  goBack(host: Host, rolledTo: number, hoursTo: number): void {
    this.#advanceTo(host, rolledTo, hoursTo);
    if (this.#isBehind(host)) this.#due.add(host);
  }

  /** Finds the hosts with something to do. Goes over the whole fleet, so call it once a minute. */
  find(): void {
    const { directory, stale, now } = this.#parts;
    for (const host of directory.hosts.values()) {
      if (this.#isBehind(host)) this.#due.add(host);
    }
    for (const id of stale.hosts()) {
      const host = directory.hosts.get(id);
      if (host && stale.due(id, now() - STALE_MS) !== null) this.#due.add(host);
    }
  }

  /** @throws Error if it cannot write; what is due stays due */
  *run(): Sliced {
    for (const host of this.#due) {
      this.#due.delete(host);
      try {
        yield* this.#roll(host);
      } catch (cause) {
        // Behind all others: one that fails for reasons of its own must not keep them waiting.
        this.#due.add(host);
        throw cause;
      } finally {
        this.#current = null;
      }
      yield;
    }
  }

  #isBehind(host: Host): boolean {
    return host.rolledTo < this.#dueTo(host) || host.hoursTo < floorTo(host.rolledTo, DAY_MS);
  }

  #dueTo({ id }: Host): number {
    return floorTo(this.#parts.now() - DELAY_MS - (id % SPREAD_MINUTES) * 60_000, HOUR_MS);
  }

  *#roll(host: Host): Sliced {
    const { directory, stale, now } = this.#parts;
    const isThere = (): boolean => directory.hosts.has(host.id);
    while (isThere() && host.rolledTo < this.#dueTo(host)) {
      const to = this.#nextHour(host);
      if (to > host.rolledTo) this.#advanceTo(host, to, host.hoursTo);
      else yield* this.#rollHour(host, host.rolledTo);
      yield;
    }
    while (isThere()) {
      const hour = stale.due(host.id, now() - STALE_MS);
      if (hour === null) break;
      yield* this.#rollHour(host, hour);
      yield;
    }
    while (isThere() && host.hoursTo < floorTo(host.rolledTo, DAY_MS)) {
      this.#rollDay(host);
      yield;
    }
  }

  /** The first hour from `rolledTo` on that may hold reports, but none that is not due. */
  #nextHour(host: Host): number {
    const { raw, lanes } = this.#parts;
    let next = this.#dueTo(host);
    const block = raw.nextAt(host.id, host.rolledTo);
    if (block !== null) next = Math.min(next, block - BLOCK_SPAN_MS);
    for (const open of lanes.ofHost(host.id)) {
      for (const chain of open.chains) if (chain.lastAt >= host.rolledTo) next = Math.min(next, chain.firstAt);
    }
    return Math.max(host.rolledTo, floorTo(next, HOUR_MS));
  }

  *#rollHour(host: Host, hour: number): Sliced {
    const { directory, stale } = this.#parts;
    const toMs = hour + HOUR_MS;
    const current = { host: host.id, toMs, isTouched: false };
    this.#current = current;
    const columns = yield* this.#columns(host.id, hour - MAX_RATE_GAP_MS, toMs);
    const { descriptors } = directory;
    const fresh = columns && foldRaw(columns, nothingBefore, descriptors, bucketMsOf.fiveMinute, hour, toMs);
    yield;
    this.#current = null;
    // With what came meanwhile: the next turn begins anew.
    if (current.isTouched || !directory.hosts.has(host.id)) return;
    const change =
      fresh &&
      changeRow(this.#parts, 'fiveMinute', host.id, hour, (existing) =>
        replaceBuckets(existing, fresh, hour, toMs, descriptors),
      );
    const isHourKept = hour < host.hoursTo;
    const hourChange =
      fresh && isHourKept
        ? changeRow(this.#parts, 'hour', host.id, hour, (existing) =>
            replaceBuckets(existing, foldBuckets(fresh, HOUR_MS, descriptors), hour, toMs, descriptors),
          )
        : null;
    const rolledTo = hour === host.rolledTo ? toMs : host.rolledTo;
    writeRows(this.#parts, [change, hourChange], () => {
      this.#advance.run(rolledTo, host.hoursTo, host.id);
      stale.unwrite(host.id, hour);
    });
    host.rolledTo = rolledTo;
    stale.unmarked(host.id, hour);
  }

  /** All reports of a range that are kept, and some around them; null if there are none. */
  *#columns(host: number, fromMs: number, toMs: number): Generator<void, Columns | null, void> {
    const { lanes, raw, directory } = this.#parts;
    const found: Columns[] = [];
    // What is open before what is sealed: in between, reports go from the one to the other.
    for (const open of lanes.ofHost(host)) {
      if (isPast(laneOf(open.lane))) continue;
      const from = open.chains.findIndex(({ lastAt }) => lastAt >= fromMs);
      // Not what came after: a lane that waits to be sealed would be read to its end for every hour of it.
      const to = open.chains.findLastIndex(({ firstAt }) => firstAt < toMs) + 1;
      if (from < 0 || to <= from) continue;
      const rows = open.read(from, to, directory.countOf);
      found.push(columnsOfRows(rows, isBackfill(laneOf(open.lane)), (schema) => directory.metricIds(schema)));
    }
    for (const [index, { id, data, isPast: isBlockPast }] of raw.range(host, fromMs, toMs).entries()) {
      if (isBlockPast) continue;
      try {
        found.push(columnsOf(data));
      } catch (cause) {
        if (!(cause instanceof DamagedError)) throw cause;
        setAside(this.#parts, 'raw', id);
      }
      if (index % BLOCKS_PER_STEP === BLOCKS_PER_STEP - 1) yield;
    }
    return found.length === 0 ? null : mergeColumns(found);
  }

  /** Sums up the next day of five minutes as hours. */
  #rollDay(host: Host): void {
    const { fiveMinute, directory } = this.#parts;
    const end = floorTo(host.rolledTo, DAY_MS);
    const row = fiveMinute.range(host.id, host.hoursTo, end)[0];
    if (!row) {
      this.#advanceTo(host, host.rolledTo, end);
      return;
    }
    const { startMs } = row;
    try {
      const hours = foldBuckets(openBuckets(row.data).buckets(), HOUR_MS, directory.descriptors);
      const change = changeRow(this.#parts, 'hour', host.id, startMs, (existing) =>
        replaceBuckets(existing, hours, startMs, startMs + DAY_MS, directory.descriptors),
      );
      writeRows(this.#parts, [change], () => this.#advance.run(host.rolledTo, startMs + DAY_MS, host.id));
      host.hoursTo = startMs + DAY_MS;
    } catch (cause) {
      if (!(cause instanceof DamagedError)) throw cause;
      setAside(this.#parts, 'fiveMinute', row.id);
    }
  }

  #advanceTo(host: Host, rolledTo: number, hoursTo: number): void {
    this.#parts.db.background(() => this.#advance.run(rolledTo, hoursTo, host.id));
    host.rolledTo = rolledTo;
    host.hoursTo = hoursTo;
  }
}
