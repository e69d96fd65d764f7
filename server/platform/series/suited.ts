import type { MetricKind } from '../../../protocol/wire/metric.ts';
import type { Aggregation } from './series-store.ts';

const ofGauges: readonly Aggregation[] = ['mean', 'min', 'max', 'p95', 'last'];
const ofCounters: readonly Aggregation[] = ['rate', 'last'];

/** What a metric of this kind is asked for if nothing else is said. */
export function defaultAggregation(kind: MetricKind): Aggregation {
  return kind === 'gauge' ? 'mean' : 'rate';
}

/** A sentence that says what to ask for instead, if a metric of this kind does not have the aggregation; null if it has. */
export function whyUnsuited(name: string, kind: MetricKind, aggregation: Aggregation): string | null {
  if (isSuited(kind, aggregation)) return null;
  return kind === 'gauge'
    ? `"${name}" goes up and down, so it has no rate. Ask for ${ofGauges.slice(0, -1).join(', ')} or last.`
    : `"${name}" is a counter, which only grows. Ask for its rate, or for the last reading.`;
}

export function isSuited(kind: MetricKind, aggregation: Aggregation): boolean {
  return (kind === 'gauge' ? ofGauges : ofCounters).includes(aggregation);
}
