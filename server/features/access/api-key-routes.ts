import { Type } from 'typebox';
import { ApiKey, LeftBehind, Role } from '../../../protocol/api/view.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { Id, IdParams, Name, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { mapPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { ApiKeys } from '../../platform/security/api-keys.ts';
import type { Leaving } from '../../platform/security/leaving.ts';
import { mayGrant } from '../../platform/security/roles.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { ActOnStore } from '../../platform/store/turn.ts';
import { findMakers, justMadeBy } from './makers.ts';
import { apiKeyView, leftBehindView } from './views.ts';

const MAX_LIFETIME_MS = 10 * 366 * 86_400_000;
const NewApiKey = Type.Object(
  {
    name: Name,
    role: Role,
    clientId: Type.Union([Id, Type.Null()]),
    /** Left out or null: it never ends. */
    expiresInMs: Type.Optional(Type.Union([Type.Integer({ minimum: 60_000, maximum: MAX_LIFETIME_MS }), Type.Null()])),
  },
  strict,
);
const CreatedApiKey = Type.Interface([ApiKey], { key: Type.String() });

/** What the key made that goes on; for these the caller answers from then on. */
const Revocation = Type.Object({ keep: Type.Array(Id, { maxItems: 1000 }) }, strict);

export interface ApiKeyRouteNeeds {
  readonly state: StatePort;
  readonly actOnStore: ActOnStore;
  readonly apiKeys: ApiKeys;
  readonly leaving: Leaving;
}

/** Keys of machines. The secret of a key is shown once, when it is made. */
export function apiKeyRoutes(http: Http, { state, actOnStore, apiKeys, leaving }: ApiKeyRouteNeeds): void {
  http.get(
    '/api/v1/api-keys',
    {
      config: { access: 'manage' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(ApiKey) } },
    },
    async (request) => {
      const { scope } = principalOf(request);
      const page = await state.scoped(scope).apiKeys.list(pageRequest(request.query));
      const makers = await findMakers(state, scope, page.items);
      return mapPage(page, (row) => apiKeyView(row, makers));
    },
  );

  http.post(
    '/api/v1/api-keys',
    { config: { access: 'manage' }, schema: { body: NewApiKey, response: { 201: CreatedApiKey } } },
    async (request, reply) => {
      const who = principalOf(request);
      const { scope } = who;
      const { name, role, clientId, expiresInMs = null } = request.body;
      if (!mayGrant(who.role, role)) throw new VigiaError('forbidden');
      if (clientId === null && !('allClients' in scope)) {
        throw refused('forbidden', said('refused.key.too-wide'));
      }
      const { row, key } = await actOnStore(who, 'api-key.create', scope, async (turn, scoped) => {
        const made = await apiKeys.create(scoped, { name, role, clientId, createdBy: who.id, expiresInMs });
        turn.record(made.row.id, { role, clientId, expiresInMs });
        return made;
      });
      return reply.code(201).send({ ...apiKeyView(row, justMadeBy(who, scope)), key });
    },
  );

  http.delete(
    '/api/v1/api-keys/:id',
    { config: { access: 'manage' }, schema: { params: IdParams } },
    async (request, reply) => {
      const who = principalOf(request);
      await leaving.revokeKey(who.scope, request.params.id, [], who);
      return reply.code(204).send();
    },
  );

  http.get(
    '/api/v1/api-keys/:id/left-behind',
    { config: { access: 'manage' }, schema: { params: IdParams, response: { 200: LeftBehind } } },
    async (request) => {
      const { scope } = principalOf(request);
      return leftBehindView(state, scope, await leaving.leftByKey(scope, request.params.id));
    },
  );

  http.post(
    '/api/v1/api-keys/:id/revoke',
    { config: { access: 'manage' }, schema: { params: IdParams, body: Revocation } },
    async (request, reply) => {
      const who = principalOf(request);
      await leaving.revokeKey(who.scope, request.params.id, request.body.keep, who);
      return reply.code(204).send();
    },
  );
}
