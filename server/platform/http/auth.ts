import type { FastifyRequest } from 'fastify';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient } from '../../domain/scope.ts';
import { type ApiKeys, scopeOfKey } from '../security/api-keys.ts';
import { allows } from '../security/roles.ts';
import type { Sessions } from '../security/sessions.ts';
import { readSessionCookie } from './cookie.ts';
import type { Http } from './http.ts';
import type { Origins } from './origin.ts';
import type { Principal } from './principal.ts';

interface AuthContext {
  readonly apiKeys: ApiKeys;
  readonly sessions: Sessions;
  readonly origins: Origins;
}

/**
 * Lets each request only as far as its route's `access` says. A route that declares none stops the start.
 * Call it before the routes are added.
 */
export function requireAccess(http: Http, context: AuthContext): void {
  const undeclared: string[] = [];
  http.decorateRequest('principal', null);
  http.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) undeclared.push(`${method} ${url}`);
  });
  http.addHook('onReady', async () => {
    if (undeclared.length > 0) throw new Error(`These routes do not say who may use them: ${undeclared.join(', ')}`);
  });
  http.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const { access, everyClient: needsEveryClient, person } = request.routeOptions.config;
    const bearer = bearerKey(request.headers.authorization);
    if (bearer === null) checkOrigin(request, context);
    if (access === 'public') return;
    const principal = bearer === null ? await bySession(request, context) : await byKey(bearer, context);
    if (access === undefined || !allows(principal.role, access)) throw new VigiaError('forbidden');
    if (needsEveryClient && !('allClients' in principal.scope)) {
      throw refused('forbidden', said('refused.key.one-client'));
    }
    if (person && principal.sessionId === null) {
      throw refused('forbidden', said('refused.key.no-person'));
    }
    request.principal = principal;
  });
}

/** The key in `Authorization: Bearer KEY`; null without the header. @throws VigiaError unauthenticated for another scheme */
function bearerKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (key === undefined) throw refused('unauthenticated', said('refused.key.header'));
  return key;
}

/** Another site may make a browser send requests, but not with our Origin. */
function checkOrigin({ method, headers }: FastifyRequest, { origins }: AuthContext): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers.origin === undefined) {
    if (readSessionCookie(headers.cookie) === null) return;
    throw refused('origin_refused', said('refused.origin.missing'));
  }
  if (!origins.allows(headers.origin)) {
    throw refused('origin_refused', said('refused.origin.foreign'));
  }
}

/** The person whose session the cookie proves, or null. */
export async function sessionPrincipal(
  cookieHeader: string | undefined,
  sessions: Sessions,
): Promise<(Principal & { readonly sessionId: string }) | null> {
  const secret = readSessionCookie(cookieHeader);
  const session = secret === null ? null : await sessions.verify(secret);
  if (session === null) return null;
  const { id, name, email, role } = session.user;
  return { id, name, email, role, scope: everyClient, sessionId: session.sessionId };
}

async function bySession({ headers }: FastifyRequest, { sessions }: AuthContext): Promise<Principal> {
  const principal = await sessionPrincipal(headers.cookie, sessions);
  if (principal === null) throw new VigiaError('unauthenticated');
  return principal;
}

async function byKey(key: string, { apiKeys }: AuthContext): Promise<Principal> {
  const row = await apiKeys.verify(key);
  if (row === null) throw refused('unauthenticated', said('refused.key.dead'));
  return { id: `key:${row.id}`, name: row.name, email: '', role: row.role, scope: scopeOfKey(row), sessionId: null };
}
