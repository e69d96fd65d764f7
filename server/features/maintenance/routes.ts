import { Type } from 'typebox';
import { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { ALMOST_ALWAYS } from '../../domain/sla/silence.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { type Principal, principalOf } from '../../platform/http/principal.ts';
import { parseTimeRange } from '../../platform/http/time-range.ts';
import { allows } from '../../platform/security/roles.ts';
import type { MaintenancePort } from './port.ts';

const MONTH_MS = 31 * 86_400_000;
const MAX_RANGE_MS = 400 * 86_400_000;
const NEWEST_FIRST = 1e14;

const Planned = Type.Interface([MaintenanceOccurrence], { title: Type.String(), clientId: Type.String() });
const OccurrenceQuery = Type.Object(
  {
    from: Type.Optional(Type.String({ maxLength: 40 })),
    to: Type.Optional(Type.String({ maxLength: 40 })),
    client: Type.Optional(Id),
  },
  strict,
);
const Preview = Type.Object({ occurrences: Type.Array(MaintenanceOccurrence), warnings: Type.Array(Type.String()) });

export interface MaintenanceRouteNeeds {
  readonly maintenance: MaintenancePort;
  readonly clock: () => number;
}

/** Planned work: windows, when they are, and what they exclude. */
export function maintenanceRoutes(http: Http, { maintenance, clock }: MaintenanceRouteNeeds): void {
  http.get(
    '/api/v1/maintenance',
    {
      config: { access: 'read' },
      schema: {
        querystring: Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict),
        response: { 200: PageOf(MaintenanceWindow) },
      },
    },
    async (request) =>
      cutPage(
        maintenance.list(principalOf(request).scope, request.query.client),
        pageRequest(request.query),
        ({ createdAt, id }) => `${NEWEST_FIRST - Date.parse(createdAt)}/${id}`,
      ),
  );

  http.get(
    '/api/v1/maintenance/occurrences',
    {
      config: { access: 'read' },
      schema: { querystring: OccurrenceQuery, response: { 200: Type.Object({ items: Type.Array(Planned) }) } },
    },
    async (request) => {
      const { from, to, client } = request.query;
      const start = from ?? String(clock());
      const { fromMs, toMs } = to === undefined ? monthFrom(start) : parseTimeRange({ from: start, to }, Number.NaN);
      if (toMs - fromMs > MAX_RANGE_MS) {
        throw refused('range_too_large', said('refused.windows.range', { days: MAX_RANGE_MS / 86_400_000 }));
      }
      return { items: maintenance.occurrences(principalOf(request).scope, fromMs, toMs, client) };
    },
  );

  http.post(
    '/api/v1/maintenance/preview',
    { config: { access: 'act' }, schema: { body: MaintenanceInput, response: { 200: Preview } } },
    async (request) => maintenance.preview(principalOf(request).scope, request.body),
  );

  http.post(
    '/api/v1/maintenance',
    { config: { access: 'act' }, schema: { body: MaintenanceInput, response: { 201: MaintenanceWindow } } },
    async (request, reply) => {
      const actor = principalOf(request);
      requireRightToSilence(actor, maintenance.silentShare(request.body));
      const made = await maintenance.create(actor.scope, request.body, actor);
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/maintenance/:id',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: MaintenanceInput, response: { 200: MaintenanceWindow } },
    },
    async (request) => {
      const actor = principalOf(request);
      const { id } = request.params;
      requireRightToSilence(actor, maintenance.silentShare(request.body, id));
      return maintenance.update(actor.scope, id, request.body, actor);
    },
  );

  http.delete(
    '/api/v1/maintenance/:id',
    { config: { access: 'act' }, schema: { params: IdParams, response: { 200: MaintenanceWindow } } },
    async (request) => {
      const actor = principalOf(request);
      return maintenance.cancel(actor.scope, request.params.id, actor);
    },
  );
}

/** Whoever silences something almost always takes it out of the watch. @throws VigiaError forbidden */
function requireRightToSilence({ role }: Principal, share: number): void {
  if (share < ALMOST_ALWAYS || allows(role, 'manage')) return;
  throw refused('forbidden', said('refused.window.silence', { hours: Math.round(share * 24) }));
}

function monthFrom(from: string): { fromMs: number; toMs: number } {
  const { fromMs } = parseTimeRange({ from }, Number.POSITIVE_INFINITY);
  return { fromMs, toMs: fromMs + MONTH_MS };
}
