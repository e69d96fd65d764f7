import { Type } from 'typebox';
import { Service, ServiceInput } from '../../../protocol/api/service.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { ServicePort } from './port.ts';

const ListQuery = Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict);

export interface ServiceRouteNeeds {
  readonly state: Pick<StatePort, 'audit'>;
  readonly services: ServicePort;
}

/** Services: named things made of devices and checks. */
export function serviceRoutes(http: Http, { state, services }: ServiceRouteNeeds): void {
  http.get(
    '/api/v1/services',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(Service) } } },
    async (request) => {
      const { client } = request.query;
      const all = services.list(principalOf(request).scope, client === undefined ? {} : { clientId: client });
      return cutPage(all, pageRequest(request.query), ({ name, id }) => `${name}\0${id}`);
    },
  );

  http.get(
    '/api/v1/services/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Service } } },
    async (request) => services.get(principalOf(request).scope, request.params.id),
  );

  http.post(
    '/api/v1/services',
    { config: { access: 'act' }, schema: { body: ServiceInput, response: { 201: Service } } },
    async (request, reply) => {
      const actor = principalOf(request);
      const made = await services.create(actor.scope, request.body, actor);
      await state.audit.append({ actor: actor.id, action: 'service.create', subject: made.id, detail: request.body });
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/services/:id',
    { config: { access: 'act' }, schema: { params: IdParams, body: ServiceInput, response: { 200: Service } } },
    async (request) => {
      const actor = principalOf(request);
      const { id } = request.params;
      const changed = await services.change(actor.scope, id, request.body, actor);
      await state.audit.append({ actor: actor.id, action: 'service.change', subject: id, detail: request.body });
      return changed;
    },
  );

  http.delete(
    '/api/v1/services/:id',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      const actor = principalOf(request);
      const { id } = request.params;
      await services.remove(actor.scope, id);
      await state.audit.append({ actor: actor.id, action: 'service.remove', subject: id });
      return reply.code(204).send();
    },
  );
}
