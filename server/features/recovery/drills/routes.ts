import { Type } from 'typebox';
import { DrillTarget, RecoveryDrill, RecoveryDrillInput, RecoveryOutlook } from '../../../../protocol/api/drills.ts';
import { Id, IdParams, strict } from '../../../platform/http/fields.ts';
import type { Http } from '../../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../../platform/http/paging.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import type { DrillPort } from './port.ts';

const ListQuery = Type.Object({ ...pageQuery, plan: Type.Optional(Id) }, strict);

/** Drills, and what follows from them. */
export function drillRoutes(http: Http, drills: DrillPort): void {
  http.get(
    '/api/v1/recovery/drills',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(RecoveryDrill) } } },
    async (request) => {
      const all = drills.list(principalOf(request).scope, request.query.plan);
      // Newest first.
      const position = (at: string): string => String(Number.MAX_SAFE_INTEGER - Date.parse(at)).padStart(16, '0');
      return cutPage(all, pageRequest(request.query), ({ startedAt, id }) => `${position(startedAt)}\0${id}`);
    },
  );

  http.post(
    '/api/v1/recovery/drills',
    { config: { access: 'act' }, schema: { body: RecoveryDrillInput, response: { 201: RecoveryDrill } } },
    async (request, reply) => {
      const actor = principalOf(request);
      return reply.code(201).send(await drills.record(actor.scope, request.body, actor));
    },
  );

  http.get(
    '/api/v1/recovery/plans/:id/outlook',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: RecoveryOutlook } } },
    async (request) => drills.outlook(principalOf(request).scope, request.params.id),
  );

  http.put(
    '/api/v1/recovery/plans/:id/drill-target',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: DrillTarget, response: { 200: DrillTarget } },
    },
    async (request) => {
      const actor = principalOf(request);
      return drills.setTarget(actor.scope, request.params.id, request.body, actor);
    },
  );
}
