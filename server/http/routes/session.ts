import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigiaError } from '../../../protocol/error.ts';
import { SessionInfo } from '../../../protocol/view.ts';
import { sessionPrincipal } from '../auth.ts';
import type { Http, RouteContext } from '../context.ts';
import { clearSessionCookie, setSessionCookie } from '../cookie.ts';
import { Email, Name, NewPassword, strict } from '../fields.ts';
import { userOf } from '../principal.ts';
import { perMinute } from '../rate-limit.ts';
import type { UserRow } from '../state-port.ts';
import { userView } from '../views.ts';

const Login = Type.Object({ email: Email, password: Type.String({ minLength: 1, maxLength: 256 }) }, strict);
const FirstAccount = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 128 }), name: Name, email: Email, password: NewPassword },
  strict,
);

/** Login, logout, who am I, and the first account. */
export function sessionRoutes(http: Http, context: RouteContext): void {
  const { sessions, firstRun, version, limits, state, fleet } = context;
  const response = { 200: SessionInfo };

  http.get('/api/v1/session', { config: { access: 'public' }, schema: { response } }, async (request) => {
    const principal = await sessionPrincipal(request.headers.cookie, sessions);
    return { user: principal === null ? null : userOf(principal), firstRun: firstRun.open, version };
  });

  http.post(
    '/api/v1/session',
    { config: { access: 'public', ...perMinute(limits.login) }, schema: { body: Login, response } },
    async (request, reply) => {
      const user = await checkPassword(context, request.body, request.ip);
      await openSession(context, request, reply, user, 'session.open');
      return { user: userView(user), firstRun: false, version };
    },
  );

  http.delete('/api/v1/session', { config: { access: 'public' } }, async (request, reply) => {
    const principal = await sessionPrincipal(request.headers.cookie, sessions);
    if (principal !== null) {
      await sessions.revoke(principal.sessionId);
      await state.audit.append({ actor: principal.id, action: 'session.close', subject: principal.sessionId });
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
      await openSession(context, request, reply, user, 'user.first');
      await fleet.catalogueChanged();
      return { user: userView(user), firstRun: false, version };
    },
  );
}

async function checkPassword(
  { state, passwords, lockout }: RouteContext,
  { email, password }: { email: string; password: string },
  address: string,
): Promise<UserRow> {
  const account = email.toLowerCase();
  const waitMs = lockout.waitMs(account, address);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new VigiaError('rate_limited', `Too many failed logins. Wait ${seconds} s and retry.`, {
      retryAfterMs: waitMs,
    });
  }
  const found = await state.users.byEmail(account);
  const user = found?.disabled_at === null ? found : null;
  if (!(await passwords.verify(user?.password_hash ?? null, password)) || user === null) {
    lockout.failed(account, address);
    // The address typed is not kept when it is of nobody: people type passwords into the wrong field.
    await state.audit.append({
      actor: 'server',
      action: 'session.refused',
      subject: user?.id ?? 'unknown',
      detail: { address },
    });
    throw new VigiaError('credentials_invalid');
  }
  lockout.succeeded(account);
  return user;
}

async function openSession(
  { sessions, state }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  user: UserRow,
  action: string,
): Promise<void> {
  const before = await sessionPrincipal(request.headers.cookie, sessions);
  if (before !== null) await sessions.revoke(before.sessionId);
  const { sessionId, secret } = await sessions.create(user.id);
  await state.audit.append({ actor: user.id, action, subject: sessionId, detail: { address: request.ip } });
  setSessionCookie(reply, secret);
}
