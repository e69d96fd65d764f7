import type { Retention } from '../calls.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Buckets } from '../rollup/buckets.ts';
import { foldBuckets, mergeBuckets } from '../rollup/combine.ts';
import { foldRaw, nothingBefore } from '../rollup/fold.ts';
import type { Sliced } from '../slices.ts';
import { floorTo, HOUR_MS, type Host } from './directory.ts';
import type { Parts } from './parts.ts';
import { columnsOf, type RawEntry } from './raw-table.ts';
import { changeRow, type RollUpChange, writeRows } from './rollup-rows.ts';
import { bucketMsOf, type RollUp } from './rollup-table.ts';
import { setAside } from './set-aside.ts';

/** Blocks that one transaction removes. */
const BLOCKS_PER_STEP = 50;
/** Each host is visited so often, ms. */
const ROUND_MS = 3_600_000;

/** Removes what is past its time. */
export class Expiry {
  readonly #parts: Parts;
  /** Hosts that are still to be visited. */
  #round: Iterator<Host> | null = null;
  #due: Host[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return this.#due.length > 0;
  }

  /** Before this time it is past its time, ms; infinitely far back while nobody can say. */
  #endOf(resolution: keyof Retention): number {
    return (this.#parts.expiryNow() ?? Number.NEGATIVE_INFINITY) - this.#parts.retention[resolution];
  }

  /** Picks the hosts whose turn has come, by how much time went by; `all` of them if asked to. */
  find(passedMs: number, all = false): void {
    const { hosts } = this.#parts.directory;
    if (all) {
      this.#due = [...hosts.values()];
      return;
    }
    for (let left = Math.ceil((hosts.size * Math.min(passedMs, ROUND_MS)) / ROUND_MS); left > 0; left -= 1) {
      this.#round ??= hosts.values();
      const { value, done } = this.#round.next();
      if (done) this.#round = null;
      else this.#due.push(value);
    }
  }

  *run(): Sliced {
    for (let host = this.#due.pop(); host; host = this.#due.pop()) {
      while (this.#parts.directory.hosts.has(host.id) && this.#expireRaw(host)) yield;
      for (const resolution of ['fiveMinute', 'hour'] as const) {
        while (this.#expireRollUps(host, resolution)) yield;
      }
      yield;
    }
  }

  /** @returns whether there may be more */
  #expireRaw(host: Host): boolean {
    const { raw, db, tally, stale } = this.#parts;
    const endMs = this.#endOf('raw');
    if (!Number.isFinite(endMs)) return false;
    // What is not rolled up yet is still needed.
    if (host.rolledTo < endMs || stale.hasBefore(host.id, endMs)) return false;
    const entries = raw.before(host.id, endMs, BLOCKS_PER_STEP);
    const past = entries.find(({ isPast }) => isPast);
    if (past) return this.#mergePast(host, past);
    if (entries.length === 0) return false;
    const change = { bytes: 0, blocks: -entries.length, samples: 0 };
    for (const { bytes, samples } of entries) {
      change.bytes -= bytes;
      change.samples -= samples;
    }
    db.background(() => {
      for (const { id } of entries) raw.remove(id);
      tally.write('raw', change);
    });
    tally.changed('raw', change);
    return entries.length === BLOCKS_PER_STEP;
  }

  /** Reports that came when their time was already past are added to the roll-ups as their block goes. */
  #mergePast(host: Host, { id, bytes, samples }: RawEntry): boolean {
    const { raw, tally, directory } = this.#parts;
    const block = raw.byId(id);
    if (!block) return true;
    const { firstAt, lastAt, data } = block;
    const { descriptors } = directory;
    let fine: (fromMs: number, toMs: number) => Buckets;
    try {
      const columns = columnsOf(data);
      fine = (fromMs, toMs) => foldRaw(columns, nothingBefore, descriptors, bucketMsOf.fiveMinute, fromMs, toMs);
    } catch (cause) {
      if (!(cause instanceof DamagedError)) throw cause;
      setAside(this.#parts, 'raw', id);
      return true;
    }
    const merge = (resolution: RollUp, heldTo: number, fold: typeof fine): RollUpChange[] => {
      const { stretchMs } = this.#parts[resolution];
      const changes: RollUpChange[] = [];
      const firstMs = Math.max(firstAt, floorTo(this.#endOf(resolution), stretchMs));
      const endMs = Math.min(lastAt + 1, heldTo);
      for (let start = floorTo(firstMs, stretchMs); start < endMs; start += stretchMs) {
        const late = fold(Math.max(start, firstMs), Math.min(start + stretchMs, endMs));
        if (late.start.length === 0) continue;
        const change = changeRow(this.#parts, resolution, host.id, start, (existing) =>
          existing ? mergeBuckets(existing, late, descriptors) : late,
        );
        if (change) changes.push(change);
      }
      return changes;
    };
    const changes = [
      ...merge('fiveMinute', Number.POSITIVE_INFINITY, fine),
      // Later hours are made of the five minutes once their day has ended.
      ...merge('hour', host.hoursTo, (fromMs, toMs) => foldBuckets(fine(fromMs, toMs), HOUR_MS, descriptors)),
    ];
    const gone = { bytes: -bytes, blocks: -1, samples: -samples };
    writeRows(this.#parts, changes, () => {
      raw.remove(id);
      tally.write('raw', gone);
    });
    tally.changed('raw', gone);
    return true;
  }

  /** @returns whether there may be more */
  #expireRollUps(host: Host, resolution: RollUp): boolean {
    const { db, tally } = this.#parts;
    const endMs = this.#endOf(resolution);
    if (!Number.isFinite(endMs)) return false;
    const table = this.#parts[resolution];
    const rows = table.before(host.id, endMs, BLOCKS_PER_STEP);
    if (rows.length === 0) return false;
    const change = { bytes: -rows.reduce((sum, { bytes }) => sum + bytes, 0), blocks: -rows.length, samples: 0 };
    db.background(() => {
      for (const { id } of rows) table.remove(id);
      tally.write(resolution, change);
    });
    tally.changed(resolution, change);
    return rows.length === BLOCKS_PER_STEP;
  }
}
