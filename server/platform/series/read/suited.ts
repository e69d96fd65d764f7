import { VigiaError } from '../../../../protocol/error.ts';
import type { MetricKind } from '../../../../protocol/wire/metric.ts';
import type { Aggregation } from '../series-store.ts';

const ofGauges: readonly Aggregation[] = ['mean', 'min', 'max', 'p95', 'last'];
const ofCounters: readonly Aggregation[] = ['rate', 'last'];

/** What a metric of this kind is asked for if nothing else is said. */
export function defaultAggregation(kind: MetricKind): Aggregation {
  return kind === 'gauge' ? 'mean' : 'rate';
}

/** @throws VigiaError validation_failed for an aggregation that a metric of this kind does not have */
export function requireSuited(name: string, kind: MetricKind, aggregation: Aggregation): void {
  if (isSuited(kind, aggregation)) return;
  const sentence =
    kind === 'gauge'
      ? `"${name}" goes up and down, so it has no rate. Ask for ${ofGauges.slice(0, -1).join(', ')} or last.`
      : `"${name}" is a counter, which only grows. Ask for its rate, or for the last reading.`;
  throw new VigiaError('validation_failed', sentence, { metric: name, aggregation });
}

export function isSuited(kind: MetricKind, aggregation: Aggregation): boolean {
  return (kind === 'gauge' ? ofGauges : ofCounters).includes(aggregation);
}
