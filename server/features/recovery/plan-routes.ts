import { Type } from 'typebox';
import {
  RecoveryPlanDetail,
  RecoveryPlanInput,
  RecoveryPlanPreview,
  RecoveryPlanRow,
} from '../../../protocol/api/recovery.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { PlanPort } from './plan-port.ts';

const ListQuery = Type.Object(
  { ...pageQuery, client: Type.Optional(Id), device: Type.Optional(Id), service: Type.Optional(Id) },
  strict,
);

/** Plans of recovery. */
export function planRoutes(http: Http, plans: PlanPort): void {
  http.get(
    '/api/v1/recovery/plans',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(RecoveryPlanRow) } } },
    async (request) => plans.list(principalOf(request).scope, pageRequest(request.query), request.query),
  );

  http.get(
    '/api/v1/recovery/plans/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: RecoveryPlanDetail } } },
    async (request) => plans.get(principalOf(request).scope, request.params.id),
  );

  http.post(
    '/api/v1/recovery/plans/preview',
    { config: { access: 'act' }, schema: { body: RecoveryPlanInput, response: { 200: RecoveryPlanPreview } } },
    async (request) => plans.preview(principalOf(request).scope, request.body),
  );

  http.post(
    '/api/v1/recovery/plans',
    { config: { access: 'act' }, schema: { body: RecoveryPlanInput, response: { 201: RecoveryPlanDetail } } },
    async (request, reply) => {
      const actor = principalOf(request);
      const made = await plans.create(actor.scope, request.body, actor);
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/recovery/plans/:id',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: RecoveryPlanInput, response: { 200: RecoveryPlanDetail } },
    },
    async (request) => {
      const actor = principalOf(request);
      return plans.change(actor.scope, request.params.id, request.body, actor);
    },
  );

  http.delete(
    '/api/v1/recovery/plans/:id',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      const actor = principalOf(request);
      await plans.remove(actor.scope, request.params.id, actor);
      return reply.code(204).send();
    },
  );
}
