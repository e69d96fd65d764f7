import { fastify } from 'fastify';
import t from 'tap';
import { requireAccess } from '../../../../server/platform/http/auth.ts';
import type { Http } from '../../../../server/platform/http/http.ts';
import { startHttp } from '../../../support/http.ts';

t.test('writing with a cookie needs exactly our Origin', async (t) => {
  const { request, loggedIn, port } = await startHttp(t);
  const { cookie } = await loggedIn('admin');
  const create = (name: string, origin?: string) =>
    request('POST', '/api/v1/clients', { headers: { cookie, ...(origin && { origin }) }, body: { name } });
  t.equal((await create('A', `http://127.0.0.1:${port}`)).status, 201);
  t.equal((await create('B', `http://localhost:${port}`)).status, 201);
  for (const origin of [
    undefined,
    'null',
    'http://evil.test',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}0`,
  ]) {
    t.match(await create('C', origin), { status: 403, body: { error: { code: 'origin_refused' } } }, origin ?? 'none');
  }
});

t.test('logging a visitor in from another site is refused too', async (t) => {
  const { request } = await startHttp(t);
  const options = { headers: { origin: 'http://evil.test' }, body: { email: 'a@x.test', password: 'x' } };
  t.match(await request('POST', '/api/v1/session', options), {
    status: 403,
    body: { error: { code: 'origin_refused' } },
  });
});

t.test('a key needs no Origin, and a wrong one is not saved by a good cookie', async (t) => {
  const { request, keyed, loggedIn } = await startHttp(t);
  const key = await keyed('admin');
  t.equal((await request('POST', '/api/v1/clients', { headers: key, body: { name: 'A' } })).status, 201);
  const { cookie } = await loggedIn('admin');
  for (const authorization of ['Bearer wrong', 'Bearer ', 'Basic YTpi', key.authorization?.slice(0, -1) ?? '']) {
    const refused = await request('GET', '/api/v1/overview', { headers: { cookie, authorization } });
    t.match(refused, { status: 401, body: { error: { code: 'unauthenticated' } } }, authorization);
  }
});

t.test('revoked, expired and disabled: the next request is refused', async (t) => {
  const { request, loggedIn, sessions, store, clock } = await startHttp(t);
  const status = async (headers: Record<string, string>) =>
    (await request('GET', '/api/v1/overview', { headers })).status;

  const revoked = await loggedIn('viewer');
  t.equal(await status(revoked), 200);
  const secret = revoked.cookie.split('=')[1] ?? '';
  await sessions.revoke((await sessions.verify(secret))?.sessionId ?? '');
  t.equal(await status(revoked), 401);

  const disabled = await loggedIn('viewer');
  const [user] = (await store.users.list()).filter(({ email }) => email === 'p2@x.test');
  await store.users.disable(user?.id ?? '');
  t.equal(await status(disabled), 401);

  const expired = await loggedIn('viewer');
  clock.nowMs += 31 * 86_400_000;
  t.equal(await status(expired), 401);
});

t.test('a route that does not say who may use it stops the start', async (t) => {
  const http = fastify();
  requireAccess(http as unknown as Http, {} as Parameters<typeof requireAccess>[1]);
  http.get('/said', { config: { access: 'read' } }, async () => 'x');
  http.get('/forgotten', async () => 'x');
  await t.rejects(async () => http.ready(), /do not say who may use them: (GET|HEAD) \/forgotten/);
});
