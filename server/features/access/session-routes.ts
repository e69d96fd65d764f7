import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { SessionInfo } from '../../../protocol/api/view.ts';
import { sessionPrincipal } from '../../platform/http/auth.ts';
import {
  clearSessionCookie,
  readBrowserCookie,
  setBrowserCookie,
  setSessionCookie,
} from '../../platform/http/cookie.ts';
import { Email, Name, NewPassword, strict } from '../../platform/http/fields.ts';
import type { Http, RateLimits } from '../../platform/http/http.ts';
import { userOf } from '../../platform/http/principal.ts';
import { perMinute, perMinuteOf } from '../../platform/http/rate-limit.ts';
import type { FirstRun } from '../../platform/security/first-run.ts';
import type { Audit } from '../../platform/security/late-audit.ts';
import type { Logins } from '../../platform/security/login.ts';
import type { Sessions } from '../../platform/security/sessions.ts';
import type { UserRow } from '../../platform/store/state-port.ts';
import { userView } from './views.ts';

const Login = Type.Object({ email: Email, password: Type.String({ minLength: 1, maxLength: 256 }) }, strict);
const FirstAccount = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 128 }), name: Name, email: Email, password: NewPassword },
  strict,
);

/** What it takes to let somebody in. */
export interface SessionNeeds {
  readonly version: string;
  readonly sessions: Sessions;
  readonly logins: Logins;
  /** Of logins and logouts, which must not fail because nothing can be written. */
  readonly loginAudit: Audit;
  readonly limits: RateLimits;
}

export interface SessionRouteNeeds extends SessionNeeds {
  readonly firstRun: FirstRun;
}

/** Login, logout, who am I, and the first account. */
export function sessionRoutes(http: Http, context: SessionRouteNeeds): void {
  const { sessions, firstRun, logins, version, limits, loginAudit } = context;
  const response = { 200: SessionInfo };
  // A flood of strangers at an address uses up their attempts, and not those of a person known there.
  const loginName = (request: FastifyRequest): string =>
    logins.countedAs({ ...(request.body as Static<typeof Login>), ...placeOf(request) });

  http.get('/api/v1/session', { config: { access: 'public' }, schema: { response } }, async (request) => {
    const principal = await sessionPrincipal(request.headers.cookie, sessions);
    return { user: principal === null ? null : userOf(principal), firstRun: firstRun.open, version };
  });

  http.post(
    '/api/v1/session',
    { config: { access: 'public', ...perMinuteOf(limits.login, loginName) }, schema: { body: Login, response } },
    async (request, reply) => {
      const user = await logins.check({ ...request.body, ...placeOf(request) });
      await openSession(context, request, reply, user);
      return { user: userView(user), firstRun: false, version };
    },
  );

  http.delete('/api/v1/session', { config: { access: 'public' } }, async (request, reply) => {
    const principal = await sessionPrincipal(request.headers.cookie, sessions);
    if (principal !== null) {
      await sessions.revoke(principal.sessionId);
      await loginAudit.append({ actor: principal.id, action: 'session.close', subject: principal.sessionId });
    }
    clearSessionCookie(reply);
    return reply.code(204).send();
  });

  http.post(
    '/api/v1/first-run',
    { config: { access: 'public', ...perMinute(limits.login) }, schema: { body: FirstAccount, response } },
    async (request, reply) => {
      const { token, ...account } = request.body;
      const user = await firstRun.redeem(token, account);
      await openSession(context, request, reply, user);
      return { user: userView(user), firstRun: false, version };
    },
  );
}

export function placeOf({ headers, ip }: FastifyRequest): { browser: string | null; address: string } {
  return { browser: readBrowserCookie(headers.cookie), address: ip };
}

/** Lets somebody in who has just proved who they are, in place of whoever was logged in by this browser. */
export async function openSession(
  { sessions, logins, loginAudit }: SessionNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  user: UserRow,
): Promise<void> {
  const before = await sessionPrincipal(request.headers.cookie, sessions);
  if (before !== null) await sessions.revoke(before.sessionId);
  const { sessionId, secret } = await sessions.create(user.id);
  await loginAudit.append({
    actor: user.id,
    action: 'session.open',
    subject: sessionId,
    detail: { address: request.ip },
  });
  setSessionCookie(reply, secret);
  setBrowserCookie(reply, await logins.remember(user, placeOf(request)));
}
