import { Type } from 'typebox';
import { LeftBehind, User } from '../../../protocol/api/view.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import { Email, Id, IdParams, Name, NewPassword, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { PageOf } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { Leaving } from '../../platform/security/leaving.ts';
import type { Passwords } from '../../platform/security/passwords.ts';
import { mayGrant } from '../../platform/security/roles.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { ActOnStore, FollowCatalogue } from '../../platform/store/turn.ts';
import { leftBehindView, userView } from './views.ts';

const NewUser = Type.Object(
  { email: Email, name: Name, role: Type.Enum(['admin', 'technician', 'viewer']), password: NewPassword },
  strict,
);

/** The keys and tokens that go on; for these the caller answers from then on. */
const Disable = Type.Object({ keep: Type.Array(Id, { maxItems: 1000 }) }, strict);

export interface UserRouteNeeds {
  readonly state: StatePort;
  readonly actOnStore: ActOnStore;
  readonly passwords: Passwords;
  readonly leaving: Leaving;
  readonly fleet: { readonly followCatalogue: FollowCatalogue };
}

/** People who may log in. */
export function userRoutes(http: Http, { state, actOnStore, passwords, leaving, fleet }: UserRouteNeeds): void {
  const config = { access: 'manage', everyClient: true } as const;

  http.get('/api/v1/users', { config, schema: { response: { 200: PageOf(User) } } }, async () => ({
    items: (await state.users.list()).map(userView),
    next: null,
  }));

  http.post('/api/v1/users', { config, schema: { body: NewUser, response: { 201: User } } }, async (request, reply) => {
    const who = principalOf(request);
    const { email, name, role, password } = request.body;
    if (!mayGrant(who.role, role)) throw new VigiaError('forbidden');
    const passwordHash = await passwords.hash(password, [name, email]);
    const user = await actOnStore(who, 'user.create', who.scope, async (turn, _scoped, handle) => {
      const made = await handle.users.create({ email, name, role, passwordHash });
      turn.record(made.id, { role });
      await fleet.followCatalogue(turn, handle);
      return made;
    });
    return reply.code(201).send(userView(user));
  });

  http.delete('/api/v1/users/:id', { config, schema: { params: IdParams } }, async (request, reply) => {
    await leaving.disable(request.params.id, [], principalOf(request));
    return reply.code(204).send();
  });

  http.get(
    '/api/v1/users/:id/left-behind',
    { config, schema: { params: IdParams, response: { 200: LeftBehind } } },
    async (request) => {
      const { id } = request.params;
      if ((await state.users.get(id)) === null) throw noSuch('user');
      return leftBehindView(state, principalOf(request).scope, await leaving.leftBehind(id));
    },
  );

  http.post(
    '/api/v1/users/:id/disable',
    { config, schema: { params: IdParams, body: Disable } },
    async (request, reply) => {
      await leaving.disable(request.params.id, request.body.keep, principalOf(request));
      return reply.code(204).send();
    },
  );
}
