import { encodeBuckets, openBuckets } from '../block/rollup-block.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Buckets } from '../rollup/buckets.ts';
import type { Parts } from './parts.ts';
import type { RollUp } from './rollup-table.ts';
import { setAside } from './set-aside.ts';

/** A row of roll-ups that is to be written. */
export interface RollUpChange {
  readonly resolution: RollUp;
  readonly host: number;
  /** A time that falls into it, ms. */
  readonly atMs: number;
  readonly data: Uint8Array;
  readonly before: number | null;
}

/**
 * The row that a time falls into, changed by `change`, which is given its buckets or null if there is no such row. Null if
 * there is nothing to write. A row that is damaged is set aside, and its stretch begins anew.
 */
export function changeRow(
  parts: Parts,
  resolution: RollUp,
  host: number,
  atMs: number,
  change: (existing: Buckets | null) => Buckets,
): RollUpChange | null {
  const row = parts[resolution].at(host, atMs);
  let existing: Buckets | null = null;
  let before: number | null = null;
  if (row) {
    try {
      existing = openBuckets(row.data).buckets();
      before = row.data.length;
    } catch (cause) {
      if (!(cause instanceof DamagedError)) throw cause;
      setAside(parts, resolution, row.id);
    }
  }
  const buckets = change(existing);
  if (buckets.start.length === 0) return null;
  return { resolution, host, atMs, data: encodeBuckets(buckets), before };
}

/** Writes rows, and what belongs to them, as one. */
export function writeRows(parts: Parts, changes: readonly (RollUpChange | null)[], beside: () => void): void {
  const { db, tally } = parts;
  const made = changes.filter((change) => change !== null);
  const counts = made.map(({ resolution, data, before }) => ({
    resolution,
    change: { bytes: data.length - (before ?? 0), blocks: before === null ? 1 : 0, samples: 0 },
  }));
  db.background(() => {
    for (const { resolution, host, atMs, data } of made) parts[resolution].put(host, atMs, data);
    for (const { resolution, change } of counts) tally.write(resolution, change);
    beside();
  });
  for (const { resolution, change } of counts) tally.changed(resolution, change);
}
