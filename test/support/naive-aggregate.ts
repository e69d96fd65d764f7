import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { MAX_RATE_GAP_MS } from '../../server/platform/series/rate-gap.ts';
import type { SeriesRequest, SeriesResult, StoredReport } from '../../server/platform/series/series-store.ts';

interface Accumulator {
  readonly descriptor: MetricDescriptor;
  readonly scale: number;
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  previous: { at: number; value: number } | null;
}

/**
 * Folds reports, oldest first, into steps. A gauge's step is the mean of its values; a counter's step is its growth divided by
 * the time that growth took. A counter that fell has restarted: that pair of readings is left out.
 * Reports before `fromMs` only serve as the starting point of counters.
 */
export function aggregate(reports: Iterable<StoredReport>, request: SeriesRequest): SeriesResult[] {
  const steps = Math.ceil((request.toMs - request.fromMs) / request.stepMs);
  const accumulators = new Map<string, Accumulator>();
  const positions = new Map<readonly MetricDescriptor[], Map<string, number>>();
  for (const report of reports) {
    let position = positions.get(report.metrics);
    if (!position) {
      position = new Map(report.metrics.map((metric, index) => [metric.name, index]));
      positions.set(report.metrics, position);
    }
    for (const name of request.metrics) {
      const index = position.get(name);
      const descriptor = index === undefined ? undefined : report.metrics[index];
      if (index === undefined || !descriptor) continue;
      let accumulator = accumulators.get(name);
      if (!accumulator) {
        accumulator = {
          descriptor,
          scale: 10 ** descriptor.decimals,
          sums: new Float64Array(steps),
          weights: new Float64Array(steps),
          previous: null,
        };
        accumulators.set(name, accumulator);
      }
      add(accumulator, report.at, report.scaled[index] ?? null, request);
    }
  }
  return [...accumulators].map(([metric, { descriptor, scale, sums, weights }]) => ({
    metric,
    descriptor,
    aggregation: descriptor.kind === 'gauge' ? ('mean' as const) : ('rate' as const),
    resolution: 'raw' as const,
    values: Array.from(sums, (sum, step) => (weights[step] ? sum / (weights[step] ?? 1) / scale : null)),
  }));
}

/** Adds scaled integers, whose sums are exact. */
function add(accumulator: Accumulator, at: number, value: number | null, request: SeriesRequest): void {
  if (value === null) return;
  const step = Math.floor((at - request.fromMs) / request.stepMs);
  const isInside = step >= 0 && step < accumulator.sums.length;
  const { previous } = accumulator;
  accumulator.previous = { at, value };
  if (!isInside) return;
  if (accumulator.descriptor.kind === 'gauge') {
    accumulator.sums[step] = (accumulator.sums[step] ?? 0) + value;
    accumulator.weights[step] = (accumulator.weights[step] ?? 0) + 1;
    return;
  }
  if (!previous || value < previous.value || at <= previous.at || at - previous.at > MAX_RATE_GAP_MS) return;
  accumulator.sums[step] = (accumulator.sums[step] ?? 0) + (value - previous.value);
  accumulator.weights[step] = (accumulator.weights[step] ?? 0) + (at - previous.at) / 1000;
}
