import { Type } from 'typebox';
import { PasswordResetOwner, ResetLink, SessionInfo } from '../../../protocol/api/view.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { setBrowserCookie } from '../../platform/http/cookie.ts';
import { IdParams, iso, NewPassword, Nothing, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import type { Origins } from '../../platform/http/origin.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { perMinute } from '../../platform/http/rate-limit.ts';
import type { Credentials } from '../../platform/security/credentials.ts';
import { mayGrant } from '../../platform/security/roles.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import { resetUrl } from './reset-url.ts';
import { openSession, placeOf, type SessionNeeds } from './session-routes.ts';
import { userView } from './views.ts';

const Change = Type.Object({ current: Type.String({ minLength: 1, maxLength: 256 }), password: NewPassword }, strict);
const Reset = Type.Object({ token: Type.String({ minLength: 1, maxLength: 128 }), password: NewPassword }, strict);
const SECRET_HEADER = 'x-vigia-reset-token';

export interface PasswordRouteNeeds extends SessionNeeds {
  readonly credentials: Credentials;
  readonly state: Pick<StatePort, 'users'>;
  readonly origins: Origins;
}

/** New passwords: one's own, and of those who forgot theirs by a one-time link. */
export function passwordRoutes(http: Http, context: PasswordRouteNeeds): void {
  const { credentials, logins, state, origins, limits, version } = context;
  const byLink = { access: 'public', ...perMinute(limits.login) } as const;

  http.post(
    '/api/v1/session/password',
    { config: { access: 'read', person: true }, schema: { body: Change } },
    async (request, reply) => {
      const { id: userId, sessionId } = principalOf(request);
      if (sessionId === null) throw new VigiaError('forbidden');
      const { current, password } = request.body;
      const user = await credentials.change({ userId, sessionId, address: request.ip }, current, password);
      setBrowserCookie(reply, await logins.remember(user, placeOf(request)));
      return reply.code(204).send();
    },
  );

  http.post(
    '/api/v1/users/:id/reset-link',
    {
      config: { access: 'manage', everyClient: true },
      schema: { params: IdParams, body: Type.Optional(Nothing), response: { 201: ResetLink } },
    },
    async (request, reply) => {
      const { id: actor, role } = principalOf(request);
      const { id } = request.params;
      const user = await state.users.get(id);
      if (user !== null && !mayGrant(role, user.role)) throw new VigiaError('forbidden');
      const base = origins.base(request.headers.origin);
      const { secret, expiresAt } = await credentials.makeLink(id, actor);
      const url = resetUrl(base, secret);
      return reply.code(201).send({ url, expiresAt: iso(expiresAt) });
    },
  );

  http.get(
    '/api/v1/password-reset',
    { config: byLink, schema: { response: { 200: PasswordResetOwner } } },
    async (request) => {
      const secret = request.headers[SECRET_HEADER];
      const { name, email } = await credentials.ownerOf(typeof secret === 'string' ? secret : '');
      return { name, email };
    },
  );

  http.post(
    '/api/v1/password-reset',
    { config: byLink, schema: { body: Reset, response: { 200: SessionInfo } } },
    async (request, reply) => {
      const { token, password } = request.body;
      const user = await credentials.redeem(token, password);
      await openSession(context, request, reply, user);
      return { user: userView(user), firstRun: false, version };
    },
  );
}
