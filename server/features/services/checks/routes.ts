import { Type } from 'typebox';
import { Check, CheckInput } from '../../../../protocol/api/service.ts';
import { Id, IdParams, strict } from '../../../platform/http/fields.ts';
import type { Http } from '../../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../../platform/http/paging.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import type { CheckPort } from '../port.ts';

const ListQuery = Type.Object({ ...pageQuery, client: Type.Optional(Id), device: Type.Optional(Id) }, strict);

export interface CheckRouteNeeds {
  readonly checks: CheckPort;
}

/** Checks: what an agent or the server looks at again and again. */
export function checkRoutes(http: Http, { checks }: CheckRouteNeeds): void {
  http.get(
    '/api/v1/checks',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(Check) } } },
    async (request) => {
      const { client, device } = request.query;
      const all = checks.list(principalOf(request).scope, {
        ...(client === undefined ? {} : { clientId: client }),
        ...(device === undefined ? {} : { deviceId: device }),
      });
      return cutPage(all, pageRequest(request.query), ({ name, id }) => `${name}\0${id}`);
    },
  );

  http.get(
    '/api/v1/checks/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Check } } },
    async (request) => checks.get(principalOf(request).scope, request.params.id),
  );

  http.post(
    '/api/v1/checks',
    { config: { access: 'act' }, schema: { body: CheckInput, response: { 201: Check } } },
    async (request, reply) => {
      const actor = principalOf(request);
      const made = await checks.create(actor.scope, request.body, actor);
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/checks/:id',
    { config: { access: 'act' }, schema: { params: IdParams, body: CheckInput, response: { 200: Check } } },
    async (request) => {
      const actor = principalOf(request);
      return checks.change(actor.scope, request.params.id, request.body, actor);
    },
  );

  http.delete(
    '/api/v1/checks/:id',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      const actor = principalOf(request);
      await checks.remove(actor.scope, request.params.id, actor);
      return reply.code(204).send();
    },
  );
}
