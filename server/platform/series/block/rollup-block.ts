import { ByteWriter } from '../codec/byte-writer.ts';
import { Cursor } from '../codec/cursor.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Buckets, CounterBuckets, GaugeBuckets } from '../rollup/buckets.ts';
import { ColumnSet, writeColumnSet } from './column-set.ts';
import { seal, unseal } from './seal.ts';

/** What is kept of a metric per bucket: of a gauge the first four, of a counter the others. */
export const parts = ['mean', 'min', 'max', 'count', 'increase', 'last', 'coveredMs'] as const;
export type Part = (typeof parts)[number];

/** Buckets of one host, of which single columns can be read. Arrays have one element a bucket, as in `Buckets`. */
export interface BucketsReader {
  /** Buckets. */
  readonly count: number;
  readonly bucketMs: number;
  /** Metric numbers, ascending. */
  metricIds(): readonly number[];
  start(): Float64Array;
  reports(): Float64Array;
  coveredMs(): Float64Array;
  /** Null if no bucket has the metric, or if its kind has no such part. */
  column(metricId: number, part: Part): Float64Array | null;
  /** All columns of a gauge or a counter; null if no bucket has it. */
  gauge(metricId: number): GaugeBuckets | null;
  counter(metricId: number): CounterBuckets | null;
  buckets(): Buckets;
}

const VERSION = 2;
/** More buckets than any block holds: what a reader makes room for has a bound. */
export const MAX_BLOCK_BUCKETS = 65_536;
const own = { start: 0, reports: 1, coveredMs: 2 } as const;
/** Ids of columns that a metric takes, and the first metric's. */
const ID_STEP = 8;

/**
 * Lays buckets down as a block ("Roll-ups" of FORMAT.md).
 * @throws RangeError for no or too many buckets, columns of unequal length, or an infinite value
 */
export function encodeBuckets(buckets: Buckets): Uint8Array {
  const { length } = buckets.start;
  if (length === 0 || length > MAX_BLOCK_BUCKETS) throw new RangeError(`not a block of buckets: ${length}`);
  if (buckets.bucketMs <= 0) throw new RangeError(`not the length of a bucket: ${buckets.bucketMs}`);
  const set = new Map<number, Float64Array>([
    [own.start, buckets.start],
    [own.reports, buckets.reports],
    [own.coveredMs, buckets.coveredMs],
  ]);
  const put = (metricId: number, part: Part, values: Float64Array) => set.set(idOf(metricId, part), values);
  for (const [metricId, gauge] of buckets.gauges) {
    put(metricId, 'mean', gauge.mean);
    put(metricId, 'min', gauge.min);
    put(metricId, 'max', gauge.max);
    const missing = less(buckets.reports, gauge.count);
    if (missing) put(metricId, 'count', missing);
  }
  for (const [metricId, counter] of buckets.counters) {
    put(metricId, 'increase', counter.increase);
    put(metricId, 'last', counter.last);
    const missing = less(buckets.coveredMs, counter.coveredMs);
    if (missing) put(metricId, 'coveredMs', missing);
  }
  for (const values of set.values()) if (values.length !== length) throw new RangeError('columns of unequal length');
  const writer = new ByteWriter(8192).byte(VERSION).varint(length).varint(buckets.bucketMs);
  writeColumnSet(writer, set);
  return seal(writer.finish());
}

/**
 * Opens a block; its columns are read when they are asked for. The bytes must not change meanwhile.
 * @throws DamagedError if they are not a block as {@link encodeBuckets} writes it
 */
export function openBuckets(sealed: Uint8Array): BucketsReader {
  const bytes = unseal(sealed);
  const cursor = new Cursor(bytes);
  if (cursor.byte() !== VERSION) throw new DamagedError('A block has an unknown version.');
  const count = cursor.varint(MAX_BLOCK_BUCKETS);
  const bucketMs = cursor.varint();
  if (count === 0 || bucketMs === 0) throw new DamagedError('A block holds no buckets.');
  return new BucketsBlock(count, bucketMs, new ColumnSet(cursor, count));
}

class BucketsBlock implements BucketsReader {
  readonly count: number;
  readonly bucketMs: number;
  readonly #set: ColumnSet;

  constructor(count: number, bucketMs: number, set: ColumnSet) {
    this.count = count;
    this.bucketMs = bucketMs;
    this.#set = set;
  }

  metricIds(): readonly number[] {
    const metricIds = new Set<number>();
    for (const id of this.#set.ids) if (id >= ID_STEP) metricIds.add(Math.floor(id / ID_STEP) - 1);
    return [...metricIds];
  }

  start(): Float64Array {
    return this.#own(own.start);
  }

  reports(): Float64Array {
    return this.#own(own.reports);
  }

  coveredMs(): Float64Array {
    return this.#own(own.coveredMs);
  }

  column(metricId: number, part: Part): Float64Array | null {
    const values = this.#set.read(idOf(metricId, part));
    if (part === 'count' && this.#set.has(idOf(metricId, 'mean'))) return lessOr(this.reports(), values);
    if (part === 'coveredMs' && this.#set.has(idOf(metricId, 'increase'))) return lessOr(this.coveredMs(), values);
    return values;
  }

  gauge(metricId: number): GaugeBuckets | null {
    if (!this.#set.has(idOf(metricId, 'mean'))) return null;
    const part = (name: Part) => this.#part(metricId, name);
    return { count: part('count'), min: part('min'), max: part('max'), mean: part('mean') };
  }

  counter(metricId: number): CounterBuckets | null {
    if (!this.#set.has(idOf(metricId, 'increase'))) return null;
    const part = (name: Part) => this.#part(metricId, name);
    return { coveredMs: part('coveredMs'), increase: part('increase'), last: part('last') };
  }

  buckets(): Buckets {
    const gauges = new Map<number, GaugeBuckets>();
    const counters = new Map<number, CounterBuckets>();
    for (const metricId of this.metricIds()) {
      const gauge = this.gauge(metricId);
      if (gauge) gauges.set(metricId, gauge);
      const counter = this.counter(metricId);
      if (counter) counters.set(metricId, counter);
    }
    const { bucketMs } = this;
    const coveredMs = this.coveredMs();
    return { bucketMs, start: this.start(), reports: this.reports(), coveredMs, gauges, counters };
  }

  #own(id: number): Float64Array {
    const values = this.#set.read(id);
    if (!values) throw new DamagedError('A block lacks a column.');
    return values;
  }

  #part(metricId: number, part: Part): Float64Array {
    const values = this.column(metricId, part);
    if (!values) throw new DamagedError('A block lacks a column.');
    return values;
  }
}

function idOf(metricId: number, part: Part): number {
  return (metricId + 1) * ID_STEP + parts.indexOf(part);
}

/** What own counts lack to those of the bucket; null if they are the same. */
function less(all: Float64Array, some: Float64Array): Float64Array | null {
  const missing = all.map((value, index) => value - (some[index] as number));
  return missing.some((value) => value !== 0) ? missing : null;
}

function lessOr(all: Float64Array, missing: Float64Array | null): Float64Array {
  return missing ? all.map((value, index) => value - (missing[index] as number)) : all;
}
