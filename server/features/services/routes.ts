import { Type } from 'typebox';
import { Service, ServiceInput } from '../../../protocol/api/service.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { ServicePort } from './port.ts';

const ListQuery = Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict);

export interface ServiceRouteNeeds {
  readonly services: ServicePort;
}

/** Services: named things made of devices and checks. */
export function serviceRoutes(http: Http, { services }: ServiceRouteNeeds): void {
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
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/services/:id',
    { config: { access: 'act' }, schema: { params: IdParams, body: ServiceInput, response: { 200: Service } } },
    async (request) => {
      const actor = principalOf(request);
      return services.change(actor.scope, request.params.id, request.body, actor);
    },
  );

  http.delete(
    '/api/v1/services/:id',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      const actor = principalOf(request);
      await services.remove(actor.scope, request.params.id, actor);
      return reply.code(204).send();
    },
  );
}
