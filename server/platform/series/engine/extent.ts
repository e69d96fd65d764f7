import { openBuckets } from '../block/rollup-block.ts';
import type { NumberedExtent } from '../calls.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Extent } from '../series-store.ts';
import { tableOf } from './damage.ts';
import type { Parts } from './parts.ts';

/** From when to when a host has history, at whatever resolution; null if it has none. */
export function extentOf(parts: Parts, host: number): NumberedExtent | null {
  const { sql } = parts.db;
  const instants: number[] = [];
  for (const open of parts.lanes.ofHost(host)) {
    for (const { firstAt, lastAt } of open.chains) instants.push(firstAt, lastAt);
  }
  for (const order of ['ASC', 'DESC']) {
    const raw = sql.prepare(
      `SELECT first_at, last_at FROM raw WHERE host = ? ORDER BY last_at ${order}, first_at ${order} LIMIT 1`,
    );
    for (const row of raw.all(host)) instants.push(row.first_at as number, row.last_at as number);
  }
  let extent = { fromMs: Math.min(...instants), toMs: Math.max(...instants) };
  // Raw reports are kept for days, what they were summed up to for years. A bucket that they reach into says less than they do.
  for (const resolution of ['fiveMinute', 'hour'] as const) {
    for (const order of ['ASC', 'DESC']) {
      const rows = sql.prepare(
        `SELECT data FROM ${tableOf[resolution]} WHERE host = ? ORDER BY stretch ${order} LIMIT 1`,
      );
      for (const { data } of rows.all(host)) extent = withBuckets(extent, data as Uint8Array);
    }
  }
  return extent.fromMs <= extent.toMs ? { host, ...extent } : null;
}

/** What is damaged adds nothing: it is set aside when it is read. */
function withBuckets({ fromMs, toMs }: Extent, data: Uint8Array): Extent {
  try {
    const { bucketMs, ...block } = bucketsOf(data);
    return {
      fromMs: block.firstAt + bucketMs <= fromMs ? block.firstAt : fromMs,
      toMs: block.lastAt > toMs ? block.lastAt + bucketMs : toMs,
    };
  } catch (cause) {
    if (cause instanceof DamagedError) return { fromMs, toMs };
    throw cause;
  }
}

function bucketsOf(data: Uint8Array) {
  const block = openBuckets(data);
  const start = block.start();
  return { bucketMs: block.bucketMs, firstAt: start[0] as number, lastAt: start[start.length - 1] as number };
}
