/**
 * Reports of one host summed up in buckets of equal length. All arrays have one element a bucket. Values are scaled integers as in
 * `Columns`; means may have more decimals ({@link roundMean}).
 */
export interface Buckets {
  readonly bucketMs: number;
  /** ms, multiples of `bucketMs`, growing. A bucket without a report is left out. */
  readonly start: Float64Array;
  /** Reports in the bucket. */
  readonly reports: Float64Array;
  /**
   * Time between neighbouring reports, ms, in the bucket of the later one; a silence longer than `MAX_RATE_GAP_MS` is left out.
   * It may reach back before the bucket's start.
   */
  readonly coveredMs: Float64Array;
  /** By metric number. */
  readonly gauges: ReadonlyMap<number, GaugeBuckets>;
  readonly counters: ReadonlyMap<number, CounterBuckets>;
}

export interface GaugeBuckets {
  /** Values in the bucket. Where it is 0, the others are NaN. */
  readonly count: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
}

export interface CounterBuckets {
  /** The time in which it grew by `increase`, ms: the pairs of readings that a restart or a silence spoils are left out. */
  readonly coveredMs: Float64Array;
  /** 0 where `coveredMs` is 0. */
  readonly increase: Float64Array;
  /** The newest reading in the bucket, NaN where there is none. */
  readonly last: Float64Array;
}

/** Makes room for a gauge that has no values yet. */
export function emptyGauge(count: number): GaugeBuckets {
  const none = () => new Float64Array(count).fill(Number.NaN);
  return { count: new Float64Array(count), min: none(), max: none(), mean: none() };
}

/** Makes room for a counter that has no readings yet. */
export function emptyCounter(count: number): CounterBuckets {
  const last = new Float64Array(count).fill(Number.NaN);
  return { coveredMs: new Float64Array(count), increase: new Float64Array(count), last };
}
