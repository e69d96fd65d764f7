import t from 'tap';
import { RESET_LINK_MS } from '../../../../server/platform/security/credentials.ts';
import { startHttp, testPassword } from '../../../support/http.ts';

const newPassword = 'lanterns over quiet gravel';

/** Ada, an admin, and Bob, a technician, both with {@link testPassword} and logged in by two browsers each. */
async function setUp(t: Parameters<typeof startHttp>[0]) {
  const server = await startHttp(t, { limits: { login: 1000 } });
  const { request, firstRun, base } = server;
  await firstRun.redeem((await firstRun.issue()) ?? '', { name: 'Ada', email: 'ada@x.test', password: testPassword });
  const login = async (email: string, password: string) => {
    const answer = await request('POST', '/api/v1/session', { body: { email, password } });
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    return { status: answer.status, headers: { cookie, origin: base } };
  };
  const ada = await login('ada@x.test', testPassword);
  const bob = { email: 'bob@x.test', name: 'Bob', role: 'technician', password: testPassword };
  const { body: made } = await request('POST', '/api/v1/users', { headers: ada.headers, body: bob });
  const isIn = async ({ headers }: { headers: Record<string, string> }) =>
    (await request('GET', '/api/v1/overview', { headers })).status === 200;
  const actions = async () =>
    (await server.store.db.selectFrom('audit').select(['action', 'actor', 'detail_json']).orderBy('id').execute())
      .map(({ action, actor, detail_json }) => ({ action, actor, detail: JSON.parse(detail_json) }))
      .filter(({ action }) => action.startsWith('user.') && action !== 'user.first');
  return { ...server, login, ada, bobId: made.id as string, isIn, actions };
}

t.test('a person changes their own password', async (t) => {
  const { request, login, bobId, isIn, actions, keyed } = await setUp(t);
  const [here, elsewhere] = [await login('bob@x.test', testPassword), await login('bob@x.test', testPassword)];
  const change = (current: string, password: string) =>
    request('POST', '/api/v1/session/password', { headers: here.headers, body: { current, password } });

  t.match(await change('not that one', newPassword), { status: 401, body: { error: { code: 'credentials_invalid' } } });
  t.match(await change(testPassword, 'aaaaaaaaaaaa'), {
    status: 400,
    body: { error: { code: 'validation_failed', message: /would be guessed soon/ } },
  });
  t.match(await change(testPassword, 'bob bob bob x'), { status: 400 }, 'nor their own name');
  t.ok(await isIn(elsewhere));

  const changed = await change(testPassword, newPassword);
  t.equal(changed.status, 204);
  t.ok(await isIn(here), 'this browser stays in');
  t.notOk(await isIn(elsewhere), 'all others are out');
  t.equal((await login('bob@x.test', testPassword)).status, 401);
  t.equal((await login('bob@x.test', newPassword)).status, 200);
  t.match(await actions(), [{}, { action: 'user.password', actor: bobId, detail: { address: '127.0.0.1' } }]);
  const byKey = await request('POST', '/api/v1/session/password', {
    headers: await keyed('admin'),
    body: { current: testPassword, password: newPassword },
  });
  t.match(byKey, { status: 403, body: { error: { message: /log in as the person/ } } });
});

t.test('of two changes at once the first counts', async (t) => {
  const { request, login } = await setUp(t);
  const browsers = [await login('bob@x.test', testPassword), await login('bob@x.test', testPassword)];
  const wanted = [newPassword, 'seven herons at the weir'];
  const answers = await Promise.all(
    browsers.map(({ headers }, n) =>
      request('POST', '/api/v1/session/password', { headers, body: { current: testPassword, password: wanted[n] } }),
    ),
  );
  t.same(answers.map(({ status }) => status).sort(), [204, 401]);
  const works = await Promise.all(wanted.map(async (password) => (await login('bob@x.test', password)).status));
  t.same(
    works,
    answers.map(({ status }) => (status === 204 ? 200 : 401)),
  );
});

t.test('guessing the current password of an open browser is slowed down, and holds up no login', async (t) => {
  const { request, login, ada } = await setUp(t);
  const { headers } = await login('bob@x.test', testPassword);
  const statuses = await Promise.all(
    Array.from({ length: 9 }, async () => {
      const body = { current: 'a wild guess', password: newPassword };
      return (await request('POST', '/api/v1/session/password', { headers, body })).status;
    }),
  );
  t.same(statuses.toSorted(), [401, 401, 401, 401, 401, 429, 429, 429, 429]);
  t.equal((await login('bob@x.test', testPassword)).status, 200);
  t.equal(ada.status, 200);
});

t.test('an admin makes a one-time link, and whoever has it sets the password', async (t) => {
  const { request, login, ada, bobId, isIn, actions, base } = await setUp(t);
  const bob = await login('bob@x.test', testPassword);
  const makeLink = () => request('POST', `/api/v1/users/${bobId}/reset-link`, { headers: ada.headers, body: {} });
  const first = await makeLink();
  t.match(first, { status: 201, body: { url: new RegExp(`^${base}/reset-password#token=[\\w-]{43}$`) } });
  const made = await makeLink();
  const secretOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? '';
  const token = secretOf(made.body.url);
  const look = (secret: string) =>
    request('GET', '/api/v1/password-reset', { headers: { 'x-vigia-reset-token': secret } });
  const use = (secret: string, password: string) =>
    request('POST', '/api/v1/password-reset', { body: { token: secret, password } });

  t.match(await look(secretOf(first.body.url)), { status: 401, body: { error: { code: 'reset_link_invalid' } } });
  t.match(await look('x'), { status: 401 });
  t.same((await look(token)).body, { name: 'Bob', email: 'bob@x.test' });
  t.match(await use(token, 'bobbobbobbob'), { status: 400, body: { error: { code: 'validation_failed' } } });
  t.ok(await isIn(bob), 'nothing has changed so far');

  const both = await Promise.all([use(token, newPassword), use(token, newPassword)]);
  t.same(both.map(({ status }) => status).toSorted(), [200, 401], 'it works once');
  const done = both.find(({ status }) => status === 200);
  t.match(done?.body, { user: { email: 'bob@x.test' } });
  const cookie = done?.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  t.ok(await isIn({ headers: { cookie } }), 'they are logged in');
  t.notOk(await isIn(bob), 'and nobody by the old password');
  t.equal((await login('bob@x.test', testPassword)).status, 401);
  t.equal((await look(token)).status, 401);
  const [, linked, , reset] = await actions();
  t.match(
    [linked, reset],
    [
      { action: 'user.reset-link', detail: {} },
      { action: 'user.password-reset', actor: bobId, detail: { linkMadeBy: linked?.actor } },
    ],
  );
});

t.test('a link ends after a day, and with the account', async (t) => {
  const { request, ada, bobId, clock } = await setUp(t);
  const make = async () => {
    const { body } = await request('POST', `/api/v1/users/${bobId}/reset-link`, { headers: ada.headers, body: {} });
    return new URLSearchParams(new URL(body.url).hash.slice(1)).get('token') ?? '';
  };
  const look = async (secret: string) =>
    (await request('GET', '/api/v1/password-reset', { headers: { 'x-vigia-reset-token': secret } })).status;
  const late = await make();
  clock.nowMs += RESET_LINK_MS - 1;
  t.equal(await look(late), 200);
  clock.nowMs += 1;
  t.equal(await look(late), 401);
});

t.test('a link of somebody who was disabled opens nothing', async (t) => {
  const { request, ada, bobId } = await setUp(t);
  const { body } = await request('POST', `/api/v1/users/${bobId}/reset-link`, { headers: ada.headers, body: {} });
  const token = new URLSearchParams(new URL(body.url).hash.slice(1)).get('token') ?? '';
  t.equal((await request('DELETE', `/api/v1/users/${bobId}`, { headers: ada.headers })).status, 204);
  t.equal((await request('POST', '/api/v1/password-reset', { body: { token, password: newPassword } })).status, 401);
  const none = await request('POST', `/api/v1/users/${bobId}/reset-link`, { headers: ada.headers, body: {} });
  t.equal(none.status, 404);
});
