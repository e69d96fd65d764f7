import type { MetricDescriptor } from '../../../../protocol/wire/metric.ts';
import type { Columns } from '../columns.ts';
import { MAX_RATE_GAP_MS } from '../rate-gap.ts';
import { type Buckets, type CounterBuckets, emptyCounter, emptyGauge, type GaugeBuckets } from './buckets.ts';
import { extraDecimals, roundMean } from './mean.ts';

/** A counter's value at a time, ms. */
export interface Reading {
  readonly at: number;
  readonly value: number;
}

/** What was known before the reports that are folded: the starting points of counters. */
export interface Before {
  /** When the last report was made, ms. */
  readonly at: number | null;
  /** Newest readings by metric number. */
  readonly counters: ReadonlyMap<number, Reading>;
}

export const nothingBefore: Before = { at: null, counters: new Map() };

/** Descriptors by metric number. */
export type Descriptors = ReadonlyMap<number, MetricDescriptor>;

/** What is known once the reports before a time are known too, on top of what was known before them. */
export function readingsBefore(columns: Columns, beforeMs: number, descriptors: Descriptors, before: Before): Before {
  const end = firstAtOrAfter(columns.at, beforeMs);
  if (end === 0) return before;
  const counters = new Map(before.counters);
  for (const [metricId, values] of columns.values) {
    if (descriptorOf(descriptors, metricId).kind !== 'counter') continue;
    for (let index = end - 1; index >= 0; index -= 1) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      counters.set(metricId, { at: columns.at[index] as number, value });
      break;
    }
  }
  return { at: columns.at[end - 1] as number, counters };
}

/**
 * Sums up the reports in `fromMs..toMs` (half open) by buckets that begin at multiples of `bucketMs`. Reports before `fromMs`, and
 * `before` them, only serve as the starting points of counters. The rules are those of `aggregate`: a counter's growth belongs to
 * the later reading; it is left out if the counter fell (a restart) or the pair is further apart than `MAX_RATE_GAP_MS`.
 */
export function foldRaw(
  columns: Columns,
  before: Before,
  descriptors: Descriptors,
  bucketMs: number,
  fromMs: number,
  toMs: number,
): Buckets {
  const known = readingsBefore(columns, fromMs, descriptors, before);
  const from = firstAtOrAfter(columns.at, fromMs);
  const at = columns.at.subarray(from, Math.max(from, firstAtOrAfter(columns.at, toMs)));
  const { start, bucket } = bucketsOf(at, bucketMs);
  const reports = new Float64Array(start.length);
  const coveredMs = new Float64Array(start.length);
  let previousAt = known.at ?? Number.NEGATIVE_INFINITY;
  for (let index = 0; index < at.length; index += 1) {
    const into = bucket[index] as number;
    const gap = (at[index] as number) - previousAt;
    previousAt = at[index] as number;
    reports[into] = (reports[into] as number) + 1;
    if (gap <= MAX_RATE_GAP_MS) coveredMs[into] = (coveredMs[into] as number) + gap;
  }
  const gauges = new Map<number, GaugeBuckets>();
  const counters = new Map<number, CounterBuckets>();
  for (const [metricId, all] of columns.values) {
    const values = all.subarray(from, from + at.length);
    if (values.every(Number.isNaN)) continue;
    const descriptor = descriptorOf(descriptors, metricId);
    if (descriptor.kind === 'gauge') gauges.set(metricId, foldGauge(values, bucket, start.length, descriptor));
    else counters.set(metricId, foldCounter(values, at, bucket, start.length, known.counters.get(metricId)));
  }
  return { bucketMs, start, reports, coveredMs, gauges, counters };
}

function foldGauge(
  values: Float64Array,
  bucket: Int32Array,
  buckets: number,
  descriptor: MetricDescriptor,
): GaugeBuckets {
  const gauge = emptyGauge(buckets);
  const { count, min, max, mean } = gauge;
  const sums = new Float64Array(buckets);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) continue;
    const into = bucket[index] as number;
    const held = count[into] as number;
    count[into] = held + 1;
    sums[into] = (sums[into] as number) + value;
    if (held === 0 || value < (min[into] as number)) min[into] = value;
    if (held === 0 || value > (max[into] as number)) max[into] = value;
  }
  const extra = extraDecimals(descriptor);
  for (let into = 0; into < buckets; into += 1) {
    if (count[into] === 0) continue;
    const average = (sums[into] as number) / (count[into] as number);
    // Only values beyond all sense sum up to infinity.
    const middle = (min[into] as number) / 2 + (max[into] as number) / 2;
    mean[into] = Number.isFinite(average) ? roundMean(average, extra) : middle;
  }
  return gauge;
}

function foldCounter(
  values: Float64Array,
  at: Float64Array,
  bucket: Int32Array,
  buckets: number,
  known: Reading | undefined,
): CounterBuckets {
  const counter = emptyCounter(buckets);
  const { coveredMs, increase, last } = counter;
  let previousAt = known?.at ?? Number.NEGATIVE_INFINITY;
  let previous = known?.value ?? 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) continue;
    const into = bucket[index] as number;
    const gap = (at[index] as number) - previousAt;
    const growth = value - previous;
    previousAt = at[index] as number;
    previous = value;
    last[into] = value;
    if (growth < 0 || gap <= 0 || gap > MAX_RATE_GAP_MS) continue;
    coveredMs[into] = (coveredMs[into] as number) + gap;
    increase[into] = Math.min((increase[into] as number) + growth, Number.MAX_VALUE);
  }
  return counter;
}

/** The buckets that times fall into, and the position of each time's bucket. */
function bucketsOf(at: Float64Array, bucketMs: number): { start: Float64Array; bucket: Int32Array } {
  const starts: number[] = [];
  const bucket = new Int32Array(at.length);
  let end = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < at.length; index += 1) {
    const time = at[index] as number;
    if (time >= end) {
      const start = Math.floor(time / bucketMs) * bucketMs;
      starts.push(start);
      end = start + bucketMs;
    }
    bucket[index] = starts.length - 1;
  }
  return { start: Float64Array.from(starts), bucket };
}

/** Position of the first time that is not before the given one. */
export function firstAtOrAfter(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function descriptorOf(descriptors: Descriptors, metricId: number): MetricDescriptor {
  const descriptor = descriptors.get(metricId);
  if (!descriptor) throw new RangeError(`metric ${metricId} has no descriptor`);
  return descriptor;
}
