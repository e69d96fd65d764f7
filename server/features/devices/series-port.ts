import type { Aggregation, FleetSeries, Series } from '../../../protocol/api/view.ts';
import type { VigiaError } from '../../../protocol/error.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { MetricDescriptor, MetricKind } from '../../../protocol/wire/metric.ts';
import { iso } from '../../domain/iso.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { requireDevice, visible } from '../../fleet/visible.ts';
import type { FleetResult, SeriesStore } from '../../platform/series/series-store.ts';
import { defaultAggregation, isSuited } from '../../platform/series/suited.ts';
import type { FleetSeriesQuery, MachineFilter, SeriesPort, SeriesQuery } from './port.ts';

/** Measurements over time as the HTTP side asks for them, within a scope. */
export function createSeriesPort(fleet: Fleet, series: Pick<SeriesStore, 'query' | 'queryFleet'>): SeriesPort {
  return {
    async query(scope: Scope, query: SeriesQuery, signal?: AbortSignal): Promise<Series> {
      const record = requireDevice(fleet, scope, query.deviceId);
      for (const name of query.metrics) {
        const known = descriptorOf(record, name);
        if (known && query.aggregation) requireSuited(name, known.kind, query.aggregation);
      }
      const results = await series.query(query, signal);
      const steps = Math.ceil((query.toMs - query.fromMs) / query.stepMs);
      const items = query.metrics.map((name) => {
        const found = results.find((result) => result.metric === name);
        if (found) {
          const { descriptor, aggregation, values } = found;
          return { metric: name, unit: descriptor.unit, kind: descriptor.kind, aggregation, values: [...values] };
        }
        // Known now but silent in the range is an empty series; a name that never was is a mistake of the caller.
        const descriptor = descriptorOf(record, name);
        if (!descriptor) throw unknownMetric(name, record.info.name, [record]);
        const { unit, kind } = descriptor;
        const aggregation = query.aggregation ?? defaultAggregation(kind);
        return { metric: name, unit, kind, aggregation, values: new Array<number | null>(steps).fill(null) };
      });
      const { fromMs, toMs, stepMs } = query;
      return { from: iso(fromMs), to: iso(toMs), stepMs, resolution: results[0]?.resolution ?? 'raw', items };
    },

    async queryFleet(scope: Scope, query: FleetSeriesQuery, signal?: AbortSignal): Promise<FleetSeries> {
      const { metric, fromMs, toMs, stepMs, across } = query;
      const records = chosen(fleet, scope, query.machines);
      const descriptor = records.map((record) => descriptorOf(record, metric)).find((known) => known !== undefined);
      if (!descriptor) throw unknownMetric(metric, null, records);
      const aggregation: Aggregation = query.aggregation ?? defaultAggregation(descriptor.kind);
      requireSuited(metric, descriptor.kind, aggregation);
      const deviceIds = records.map(({ info }) => info.id);
      const result = await series.queryFleet({ deviceIds, metric, fromMs, toMs, stepMs, aggregation, across }, signal);
      const { unit, kind } = descriptor;
      return {
        ...{ metric, unit, kind, aggregation, from: iso(fromMs), to: iso(toMs), stepMs },
        ...{ resolution: result.resolution, machines: records.length, across: result.kind },
        ...shown(result, across.kind === 'heat' ? across.bounds : []),
      };
    },
  };
}

function shown(result: FleetResult, bounds: readonly number[]): Partial<FleetSeries> {
  switch (result.kind) {
    case 'mean':
      return { values: [...result.values], reporting: [...result.devices] };
    case 'top':
      return { lines: result.lines.map((line) => ({ ...line, values: [...line.values] })) };
    case 'heat':
      return { bounds: [...bounds], counts: result.counts.map((row) => [...row]) };
  }
}

/** @throws VigiaError validation_failed for an aggregation that a metric of this kind does not have */
function requireSuited(metric: string, kind: MetricKind, aggregation: Aggregation): void {
  if (isSuited(kind, aggregation)) return;
  throw refused('validation_failed', said('refused.series.unsuited', { metric, kind }), { metric, aggregation });
}

/**
 * The machines that fit a filter, in the order of their ids, so that the same question has the same answer.
 * @throws VigiaError not_found
 */
function chosen(fleet: Fleet, scope: Scope, { clientId, siteId, tag, deviceIds }: MachineFilter): DeviceRecord[] {
  if (clientId !== undefined && !(fleet.clients.has(clientId) && inScope(scope, clientId))) {
    throw noSuch('client');
  }
  const site = siteId === undefined ? undefined : fleet.sites.get(siteId);
  if (siteId !== undefined && !(site && inScope(scope, site.client_id))) {
    throw noSuch('site');
  }
  const wanted = deviceIds?.map((id) => requireDevice(fleet, scope, id)) ?? visible(fleet, scope);
  const fitting = wanted.filter(
    ({ info }) =>
      (clientId === undefined || info.client_id === clientId) &&
      (siteId === undefined || info.site_id === siteId) &&
      (tag === undefined || (JSON.parse(info.tags_json) as string[]).includes(tag)),
  );
  if (fitting.length === 0) throw refused('not_found', said('refused.series.none'));
  return fitting.sort((a, b) => (a.info.id < b.info.id ? -1 : 1));
}

function descriptorOf({ latest }: DeviceRecord, name: string): MetricDescriptor | undefined {
  const position = latest?.schema.position.get(name);
  return position === undefined ? undefined : latest?.schema.metrics[position];
}

const MAX_NAMED = 8;

/** Names what there is instead: of the same family if there is any of it. */
function unknownMetric(name: string, device: string | null, records: readonly DeviceRecord[]): VigiaError {
  const family = name.split('[')[0]?.split('.')[0] ?? '';
  const known = new Set(records.flatMap(({ latest }) => [...(latest?.schema.position.keys() ?? [])]));
  const near = [...known].filter((each) => each.startsWith(family));
  const named = (near.length > 0 ? near : [...known]).slice(0, MAX_NAMED);
  const of = device === null ? ('all' as const) : ('device' as const);
  const what = said('refused.series.unknown', { metric: name, device, of, named, more: named.length < known.size });
  return refused('metric_unknown', what, { metric: name });
}
