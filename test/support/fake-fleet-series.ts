import type { Aggregation, FleetSeries, Series } from '../../protocol/api/view.ts';
import { SentenceError, VigiaError } from '../../protocol/error.ts';
import type { FakeWorld } from './fake-api.ts';
import { makeSeries } from './fake-history.ts';

export interface FleetSeriesQuery {
  metric: string;
  client?: string;
  site?: string;
  from: string;
  to: string;
  step: string;
  aggregation?: Aggregation;
  across?: FleetSeries['across'];
  count?: string;
  order?: string;
  bounds?: string;
}

/** One metric over the machines of the made-up fleet, put together as the server does. */
export function makeFleetSeries(world: FakeWorld, query: FleetSeriesQuery): FleetSeries {
  const { metric, across = 'mean', aggregation } = query;
  const range = { fromMs: Date.parse(query.from), toMs: Date.parse(query.to), stepMs: Number(query.step) };
  if (range.toMs - range.fromMs > world.maxSeriesMs) {
    throw new SentenceError('range_too_large', 'This would read about 36,000,000 readings. Ask for at most 9 days.');
  }
  const machines = [...world.devices.values()].filter(
    (device) =>
      (query.client === undefined || device.clientId === query.client) &&
      (query.site === undefined || device.siteId === query.site) &&
      device.latest.some((latest) => latest.metric === metric),
  );
  if (machines.length === 0) {
    throw new SentenceError('metric_unknown', `None of these machines reports a metric "${metric}".`);
  }
  const answers = machines.map((device) => ({
    deviceId: device.id,
    series: makeSeries(device, [metric], range, world.nowMs(), aggregation),
  }));
  const items = answers.map(({ deviceId, series }) => ({ deviceId, ...(series.items[0] as Series['items'][number]) }));
  const [{ series: first } = { series: null }] = answers;
  const [item] = items;
  if (!first || !item) throw new VigiaError('not_found');
  const { from, to, stepMs, resolution } = first;
  return {
    ...{ metric, unit: item.unit, kind: item.kind, aggregation: item.aggregation, from, to, stepMs, resolution },
    ...{ machines: machines.length, across },
    ...put(items, query, across),
  };
}

type Item = Series['items'][number] & { readonly deviceId: string };

function put(items: Item[], query: FleetSeriesQuery, across: FleetSeries['across']): Partial<FleetSeries> {
  const steps = items[0]?.values.length ?? 0;
  const known = (step: number) => items.flatMap(({ values }) => values[step] ?? []);
  if (across === 'top') {
    const sign = query.order === 'lowest' ? 1 : -1;
    const lines = items.flatMap(({ deviceId, values }) => {
      const there = values.filter((value) => value !== null);
      return there.length > 0 ? [{ deviceId, overall: mean(there), values }] : [];
    });
    return { lines: lines.sort((a, b) => sign * (a.overall - b.overall)).slice(0, Number(query.count ?? 10)) };
  }
  const columns = Array.from({ length: steps }, (_, step) => known(step));
  if (across === 'mean') {
    const values = columns.map((column) => (column.length > 0 ? mean(column) : null));
    return { values, reporting: columns.map((column) => column.length) };
  }
  const bounds = (query.bounds ?? '').split(',').map(Number);
  const rowOf = (value: number) => bounds.filter((bound) => value >= bound).length;
  const counts = Array.from({ length: bounds.length + 1 }, (_, row) =>
    columns.map((column) => column.filter((value) => rowOf(value) === row).length),
  );
  return { bounds, counts };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
