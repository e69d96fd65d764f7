import type { Grid } from './grid.ts';

/** Readings of one metric, oldest first: scaled values, NaN where a report had none. */
export interface Readings {
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** What an aggregation needs of one metric in buckets, oldest first. A bucket holds what was read from its start until `bucketMs` later. */
export interface MetricBuckets {
  readonly bucketMs: number;
  readonly start: Float64Array;
  /** Scaled: the mean, lowest, highest or last value, or the growth of a counter. NaN where there is none. */
  readonly value: Float64Array;
  /** For means: readings in the bucket. For rates: the time that the growth took, ms. Else null. */
  readonly weight: Float64Array | null;
}

/**
 * Folds one metric of one device into steps. Parts are given oldest first, each with the half-open stretch of time that it
 * speaks for: what lies outside of that is not counted (readings before it still are the starting point of a counter).
 */
export interface Fold {
  readings(part: Readings, fromMs: number, toMs: number): void;
  buckets(part: MetricBuckets, fromMs: number, toMs: number): void;
  /** One value per step in base units, null where nothing was reported. */
  values(): (number | null)[];
  /** One value for the whole range, null where nothing was reported. */
  overall(): number | null;
  /** Forgets everything, for the next device. */
  clear(): void;
}

/**
 * The steps that a bucket stands for inside the stretch from `fromMs` to `toMs`: the one it begins in, or, where steps are finer,
 * all that it covers. Empty for a bucket outside.
 */
export function stepsOf(
  { fromMs: gridFromMs, stepMs }: Grid,
  startMs: number,
  bucketMs: number,
  fromMs: number,
  toMs: number,
): [first: number, end: number] {
  if (bucketMs <= stepMs) {
    if (startMs < fromMs || startMs >= toMs) return [0, 0];
    const step = Math.floor((startMs - gridFromMs) / stepMs);
    return [step, step + 1];
  }
  const first = Math.floor((Math.max(startMs, fromMs) - gridFromMs) / stepMs);
  return [first, Math.ceil((Math.min(startMs + bucketMs, toMs) - gridFromMs) / stepMs)];
}

/** The mean of what is known, null if nothing is. */
export function meanOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count += 1;
  }
  return count > 0 ? sum / count : null;
}
