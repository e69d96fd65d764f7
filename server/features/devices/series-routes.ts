import { Type } from 'typebox';
import { Aggregation, FleetSeries, Series } from '../../../protocol/api/view.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { parseStep, parseTimeRange, requireMeasurable } from '../../platform/http/time-range.ts';
import type { FleetSeriesQuery, SeriesPort } from './port.ts';

const MetricName = Type.String({ minLength: 1, maxLength: 255 });
const grid = {
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
  step: Type.Optional(Type.String({ maxLength: 20 })),
  aggregation: Type.Optional(Aggregation),
};
const DeviceQuery = Type.Object({ ...grid, metric: Type.Array(MetricName, { minItems: 1, maxItems: 24 }) }, strict);
const FleetQuery = Type.Object(
  {
    ...grid,
    metric: MetricName,
    client: Type.Optional(Id),
    site: Type.Optional(Id),
    tag: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    /** Ids with commas between them. */
    devices: Type.Optional(Type.String({ minLength: 1, maxLength: 12_000 })),
    across: Type.Optional(Type.Enum(['mean', 'top', 'heat'])),
    /** For `top`. */
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
    order: Type.Optional(Type.Enum(['highest', 'lowest'])),
    /** For `heat`: growing numbers with commas between them. */
    bounds: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
  },
  strict,
);
const MAX_BOUNDS = 20;
const DEFAULT_COUNT = 10;

export interface SeriesRouteNeeds {
  readonly series: SeriesPort;
  readonly clock: () => number;
}

/** Measurements over time: of one machine, or one metric of many. */
export function seriesRoutes(http: Http, { series, clock }: SeriesRouteNeeds): void {
  http.get(
    '/api/v1/devices/:id/series',
    { config: { access: 'read' }, schema: { params: IdParams, querystring: DeviceQuery, response: { 200: Series } } },
    async (request) => {
      const { aggregation, metric } = request.query;
      const query = {
        deviceId: request.params.id,
        metrics: [...new Set(metric)],
        ...gridOf(request.query, clock()),
        ...(aggregation && { aggregation }),
      };
      return series.query(principalOf(request).scope, query, request.signal);
    },
  );

  http.get(
    '/api/v1/series',
    { config: { access: 'read' }, schema: { querystring: FleetQuery, response: { 200: FleetSeries } } },
    async (request) => {
      const { client, site, tag, devices, metric, aggregation, ...rest } = request.query;
      const machines = {
        ...(client !== undefined && { clientId: client }),
        ...(site !== undefined && { siteId: site }),
        ...(tag !== undefined && { tag }),
        ...(devices !== undefined && { deviceIds: [...new Set(devices.split(','))] }),
      };
      const query = {
        machines,
        metric,
        ...gridOf(rest, clock()),
        across: acrossOf(rest),
        ...(aggregation && { aggregation }),
      };
      return series.queryFleet(principalOf(request).scope, query, request.signal);
    },
  );
}

function gridOf(query: { from?: string; to?: string; step?: string }, nowMs: number) {
  const range = parseTimeRange(query, nowMs);
  requireMeasurable(range, nowMs);
  return { ...range, stepMs: parseStep(query.step, range) };
}

interface AcrossQuery {
  readonly across?: 'mean' | 'top' | 'heat';
  readonly count?: number;
  readonly order?: 'highest' | 'lowest';
  readonly bounds?: string;
}

function acrossOf({ across = 'mean', count, order, bounds }: AcrossQuery): FleetSeriesQuery['across'] {
  if (across !== 'top') refuse(count !== undefined ? 'count' : order !== undefined ? 'order' : null, 'top');
  if (across !== 'heat') refuse(bounds !== undefined ? 'bounds' : null, 'heat');
  if (across === 'mean') return { kind: 'mean' };
  if (across === 'top') return { kind: 'top', count: count ?? DEFAULT_COUNT, lowest: order === 'lowest' };
  return { kind: 'heat', bounds: parseBounds(bounds) };
}

function refuse(name: string | null, across: string): void {
  if (name === null) return;
  throw refused('validation_failed', said('refused.series.across', { parameter: name, across }));
}

function parseBounds(text: string | undefined): number[] {
  const bounds = (text ?? '').split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const areGrowing = bounds.every((bound, index) => Number.isFinite(bound) && bound > (bounds[index - 1] ?? -Infinity));
  if (areGrowing && bounds.length <= MAX_BOUNDS) return bounds;
  throw refused('validation_failed', said('refused.series.bounds', { most: MAX_BOUNDS }));
}
