import type { Aggregation } from '../../server/platform/series/series-store.ts';
import type { MemoryReport } from './memory-source.ts';

/** What a query is asked, in the plainest words. */
export interface NaiveQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly aggregation: Aggregation;
}

/**
 * One metric folded the slow and obvious way: every report once, by time; each step from the list of what lies in it.
 * @param read the value of a report in base units, undefined where it has none
 */
export function naiveSeries(
  reports: readonly MemoryReport[],
  { fromMs, toMs, stepMs, aggregation }: NaiveQuestion,
  read: (report: MemoryReport) => number | undefined,
): (number | null)[] {
  const once = new Map(reports.map((report) => [`${report.runId} ${report.sequence}`, report]));
  const readings = [...once.values()]
    .sort((a, b) => a.at - b.at || (a.runId ?? '').localeCompare(b.runId ?? '') || a.sequence - b.sequence)
    .flatMap((report) => {
      const value = read(report);
      return value === undefined ? [] : [{ at: report.at, value }];
    });
  return Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, step) => {
    const startMs = fromMs + step * stepMs;
    const endMs = Math.min(startMs + stepMs, toMs);
    const isInside = ({ at }: { at: number }) => at >= startMs && at < endMs;
    const values = readings.filter(isInside).map(({ value }) => value);
    if (aggregation === 'rate') {
      let growth = 0;
      let tookMs = 0;
      for (const [index, later] of readings.entries()) {
        const earlier = readings[index - 1];
        if (!earlier || !isInside(later) || later.value < earlier.value) continue;
        const gapMs = later.at - earlier.at;
        if (gapMs <= 0 || gapMs > 15 * 60_000) continue;
        growth += later.value - earlier.value;
        tookMs += gapMs;
      }
      return tookMs > 0 ? growth / (tookMs / 1000) : null;
    }
    if (values.length === 0) return null;
    switch (aggregation) {
      case 'mean':
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      case 'min':
        return Math.min(...values);
      case 'max':
        return Math.max(...values);
      case 'last':
        return values.at(-1) ?? null;
      default:
        return values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] ?? null;
    }
  });
}
