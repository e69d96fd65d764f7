import { Type } from 'typebox';
import { RemoteUrl } from '../../../protocol/api/site-card.ts';
import { Client, Site } from '../../../protocol/api/view.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { requireRemoteUrl } from '../../domain/remote-url.ts';
import { Id, IdParams, Name, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { mapPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import { type ClientActNeeds, changeClient, createClient, createSite } from './acts.ts';
import { clientView, siteView } from './views.ts';

const Changes = Type.Object({ name: Type.Optional(Name), remoteUrl: Type.Optional(RemoteUrl) }, strict);

export interface ClientRouteNeeds extends ClientActNeeds {
  readonly state: StatePort;
}

/** Clients of the MSP and their sites. */
export function clientRoutes(http: Http, needs: ClientRouteNeeds): void {
  const { state } = needs;
  http.get(
    '/api/v1/clients',
    {
      config: { access: 'read' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(Client) } },
    },
    async (request) => {
      const { clients } = state.scoped(principalOf(request).scope);
      return mapPage(await clients.list(pageRequest(request.query)), clientView);
    },
  );

  http.get(
    '/api/v1/clients/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Client } } },
    async (request) => {
      const client = await state.scoped(principalOf(request).scope).clients.get(request.params.id);
      if (client === null) throw noSuch('client');
      return clientView(client);
    },
  );

  http.patch(
    '/api/v1/clients/:id',
    { config: { access: 'manage' }, schema: { params: IdParams, body: Changes, response: { 200: Client } } },
    async (request) => {
      const { body: changes } = request;
      if (Object.keys(changes).length === 0) {
        throw refused('validation_failed', said('refused.client.nothing'));
      }
      requireRemoteUrl(changes.remoteUrl);
      return clientView(await changeClient(needs, principalOf(request), request.params.id, changes));
    },
  );

  http.post(
    '/api/v1/clients',
    {
      config: { access: 'manage', everyClient: true },
      schema: { body: Type.Object({ name: Name }, strict), response: { 201: Client } },
    },
    async (request, reply) => {
      const client = await createClient(needs, principalOf(request), request.body.name);
      return reply.code(201).send(clientView(client));
    },
  );

  http.get(
    '/api/v1/sites',
    {
      config: { access: 'read' },
      schema: {
        querystring: Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict),
        response: { 200: PageOf(Site) },
      },
    },
    async (request) => {
      const { sites } = state.scoped(principalOf(request).scope);
      const { client: clientId } = request.query;
      return mapPage(await sites.list({ ...pageRequest(request.query), clientId }), siteView);
    },
  );

  http.post(
    '/api/v1/sites',
    {
      config: { access: 'manage' },
      schema: { body: Type.Object({ clientId: Id, name: Name }, strict), response: { 201: Site } },
    },
    async (request, reply) => {
      const { clientId, name } = request.body;
      const site = await createSite(needs, principalOf(request), clientId, name);
      return reply.code(201).send(siteView(site));
    },
  );
}
