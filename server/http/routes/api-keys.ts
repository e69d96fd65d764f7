import { Type } from 'typebox';
import { VigiaError } from '../../../protocol/error.ts';
import { ApiKey, Role } from '../../../protocol/view.ts';
import { mayGrant } from '../../security/roles.ts';
import type { Http, RouteContext } from '../context.ts';
import { Id, IdParams, Name, strict } from '../fields.ts';
import { mapPage, PageOf, pageQuery, pageRequest } from '../paging.ts';
import { principalOf } from '../principal.ts';
import { apiKeyView } from '../views.ts';

const NewApiKey = Type.Object({ name: Name, role: Role, clientId: Type.Union([Id, Type.Null()]) }, strict);
const CreatedApiKey = Type.Interface([ApiKey], { key: Type.String() });

/** Keys of machines. The secret of a key is shown once, when it is made. */
export function apiKeyRoutes(http: Http, { state, apiKeys }: RouteContext): void {
  http.get(
    '/api/v1/api-keys',
    {
      config: { access: 'manage' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(ApiKey) } },
    },
    async (request) => {
      const { apiKeys: keys } = state.scoped(principalOf(request).scope);
      return mapPage(await keys.list(pageRequest(request.query)), apiKeyView);
    },
  );

  http.post(
    '/api/v1/api-keys',
    { config: { access: 'manage' }, schema: { body: NewApiKey, response: { 201: CreatedApiKey } } },
    async (request, reply) => {
      const { id: actor, role: own, scope } = principalOf(request);
      const { name, role, clientId } = request.body;
      if (!mayGrant(own, role)) throw new VigiaError('forbidden');
      if (clientId === null && !('allClients' in scope)) {
        throw new VigiaError('forbidden', 'A key that is limited to one client makes keys of that client only.');
      }
      const { row, key } = await apiKeys.create(scope, { name, role, clientId, createdBy: actor });
      await state.audit.append({ actor, action: 'api-key.create', subject: row.id, detail: { role, clientId } });
      return reply.code(201).send({ ...apiKeyView(row), key });
    },
  );

  http.delete(
    '/api/v1/api-keys/:id',
    { config: { access: 'manage' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id: actor, scope } = principalOf(request);
      const { id } = request.params;
      await state.scoped(scope).apiKeys.revoke(id);
      await state.audit.append({ actor, action: 'api-key.revoke', subject: id });
      return reply.code(204).send();
    },
  );
}
