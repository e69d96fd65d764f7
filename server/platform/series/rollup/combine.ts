import { type Buckets, type CounterBuckets, emptyCounter, emptyGauge, type GaugeBuckets } from './buckets.ts';
import { type Descriptors, firstAtOrAfter } from './fold.ts';
import { extraDecimals, roundMean } from './mean.ts';

/**
 * Sums up buckets in longer ones: five minutes to an hour. What it gives is what raw reports would give, but that a mean, being made
 * of rounded ones, may differ by one in its last decimal.
 */
export function foldBuckets(buckets: Buckets, bucketMs: number, descriptors: Descriptors): Buckets {
  const starts: number[] = [];
  const into = new Int32Array(buckets.start.length);
  for (let index = 0; index < into.length; index += 1) {
    const start = Math.floor((buckets.start[index] as number) / bucketMs) * bucketMs;
    if (starts.at(-1) !== start) starts.push(start);
    into[index] = starts.length - 1;
  }
  return combine([{ buckets, into }], Float64Array.from(starts), bucketMs, descriptors, 'sum');
}

/**
 * Adds reports to buckets whose own reports are no longer there. Counts, means (weighted by their counts), smallest and largest are
 * those of all. A counter's growth is added as long as the time that it took fits into the bucket beside what is there: else the late
 * reports lie between those that were counted. Its last reading stays.
 */
export function mergeBuckets(existing: Buckets, late: Buckets, descriptors: Descriptors): Buckets {
  const { bucketMs } = existing;
  if (late.bucketMs !== bucketMs) throw new RangeError(`buckets of ${bucketMs} and ${late.bucketMs} ms`);
  const start = Float64Array.from(new Set([...existing.start, ...late.start])).sort();
  const parts = [existing, late].map((buckets) => ({
    buckets,
    into: Int32Array.from(buckets.start, (time) => firstAtOrAfter(start, time)),
  }));
  return combine(parts, start, bucketMs, descriptors, 'late');
}

/** Puts fresh buckets in the place of those that begin in `fromMs..toMs` (half open); all of the fresh ones begin there. */
export function replaceBuckets(
  existing: Buckets | null,
  fresh: Buckets,
  fromMs: number,
  toMs: number,
  descriptors: Descriptors,
): Buckets {
  if (!existing) return fresh;
  const { bucketMs } = existing;
  if (fresh.bucketMs !== bucketMs) throw new RangeError(`buckets of ${bucketMs} and ${fresh.bucketMs} ms`);
  if (fresh.start.some((time) => time < fromMs || time >= toMs)) throw new RangeError('a fresh bucket lies elsewhere');
  const kept = existing.start.filter((time) => time < fromMs || time >= toMs);
  const start = Float64Array.from([...kept, ...fresh.start]).sort();
  const isKept = (time: number) => time < fromMs || time >= toMs;
  const parts = [
    {
      buckets: existing,
      into: Int32Array.from(existing.start, (time) => (isKept(time) ? firstAtOrAfter(start, time) : -1)),
    },
    { buckets: fresh, into: Int32Array.from(fresh.start, (time) => firstAtOrAfter(start, time)) },
  ];
  return combine(parts, start, bucketMs, descriptors, 'sum');
}

/** Buckets, and the position of the bucket that each goes into: -1 for none. */
interface Part {
  readonly buckets: Buckets;
  readonly into: Int32Array;
}

/** Whether parts follow one another, or a later one holds late reports of buckets that were complete without them. */
type Rule = 'sum' | 'late';

function combine(
  parts: readonly Part[],
  start: Float64Array,
  bucketMs: number,
  descriptors: Descriptors,
  rule: Rule,
): Buckets {
  const size = start.length;
  const reports = new Float64Array(size);
  const coveredMs = new Float64Array(size);
  const gauges = new Map<number, GaugeBuckets>();
  const counters = new Map<number, CounterBuckets>();
  const longestMs = rule === 'late' ? bucketMs : Number.POSITIVE_INFINITY;
  for (const { buckets, into } of parts) {
    for (let index = 0; index < into.length; index += 1) {
      const target = into[index] as number;
      if (target < 0) continue;
      reports[target] = (reports[target] as number) + (buckets.reports[index] as number);
      const held = coveredMs[target] as number;
      const added = buckets.coveredMs[index] as number;
      if (held === 0 || held + added <= longestMs) coveredMs[target] = held + added;
    }
    for (const [metricId, gauge] of buckets.gauges) {
      const sum = gauges.get(metricId) ?? emptyGauge(size);
      gauges.set(metricId, sum);
      addGauge(sum, gauge, into);
    }
    for (const [metricId, counter] of buckets.counters) {
      const sum = counters.get(metricId) ?? emptyCounter(size);
      counters.set(metricId, sum);
      addCounter(sum, counter, into, longestMs, rule);
    }
  }
  for (const [metricId, { count, mean }] of gauges) {
    if (count.every((held) => held === 0)) {
      gauges.delete(metricId);
      continue;
    }
    const descriptor = descriptors.get(metricId);
    if (!descriptor) throw new RangeError(`metric ${metricId} has no descriptor`);
    const extra = extraDecimals(descriptor);
    for (let index = 0; index < size; index += 1) mean[index] = roundMean(mean[index] as number, extra);
  }
  for (const [metricId, { last }] of counters) if (last.every(Number.isNaN)) counters.delete(metricId);
  return { bucketMs, start, reports, coveredMs, gauges, counters };
}

function addGauge(sum: GaugeBuckets, gauge: GaugeBuckets, into: Int32Array): void {
  for (let index = 0; index < into.length; index += 1) {
    const target = into[index] as number;
    const added = gauge.count[index] as number;
    if (target < 0 || added === 0) continue;
    const held = sum.count[target] as number;
    const min = gauge.min[index] as number;
    const max = gauge.max[index] as number;
    const mean = gauge.mean[index] as number;
    sum.count[target] = held + added;
    if (held === 0) {
      sum.min[target] = min;
      sum.max[target] = max;
      sum.mean[target] = mean;
      continue;
    }
    if (min < (sum.min[target] as number)) sum.min[target] = min;
    if (max > (sum.max[target] as number)) sum.max[target] = max;
    const share = added / (held + added);
    sum.mean[target] = (sum.mean[target] as number) * (1 - share) + mean * share;
  }
}

function addCounter(
  sum: CounterBuckets,
  counter: CounterBuckets,
  into: Int32Array,
  longestMs: number,
  rule: Rule,
): void {
  for (let index = 0; index < into.length; index += 1) {
    const target = into[index] as number;
    if (target < 0) continue;
    const held = sum.coveredMs[target] as number;
    const added = counter.coveredMs[index] as number;
    if (held === 0 || held + added <= longestMs) {
      sum.coveredMs[target] = held + added;
      sum.increase[target] = Math.min(
        (sum.increase[target] as number) + (counter.increase[index] as number),
        Number.MAX_VALUE,
      );
    }
    const last = counter.last[index] as number;
    const isOlder = rule === 'late' && !Number.isNaN(sum.last[target]);
    if (!Number.isNaN(last) && !isOlder) sum.last[target] = last;
  }
}
