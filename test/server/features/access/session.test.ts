import t from 'tap';
import { SESSION_MAX_MS } from '../../../../server/platform/security/sessions.ts';
import { startHttp, testPassword } from '../../../support/http.ts';

const account = { name: 'Ada', email: 'Ada@X.test', password: testPassword };

t.test('the first account, by the one-time link only', async (t) => {
  const { request, firstRun, store } = await startHttp(t);
  t.strictSame((await request('GET', '/api/v1/session')).body, { user: null, firstRun: false, version: '0.0.0-test' });
  const token = await firstRun.issue();
  t.equal((await request('GET', '/api/v1/session')).body.firstRun, true);

  const wrong = await request('POST', '/api/v1/first-run', { body: { ...account, token: 'x'.repeat(43) } });
  t.match(wrong, { status: 401, body: { error: { code: 'first_run_token_invalid' } } });
  const short = await request('POST', '/api/v1/first-run', { body: { ...account, token, password: 'short' } });
  t.match(short, { status: 400, body: { error: { code: 'validation_failed', message: /"password".*12/ } } });

  const made = await request('POST', '/api/v1/first-run', { body: { ...account, token } });
  t.match(made, { status: 200, body: { user: { email: 'ada@x.test', name: 'Ada', role: 'admin' }, firstRun: false } });
  t.match((await store.users.list())[0]?.password_hash, /^\$argon2id\$/);
  const [cookie, browser] = made.headers.getSetCookie();
  t.match(cookie, /^__Host-vigia=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  t.match(browser, /^__Host-vigia-browser=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  t.match(cookie, `Max-Age=${SESSION_MAX_MS / 1000}`);
  const session = await request('GET', '/api/v1/session', { headers: { cookie: cookie?.split(';')[0] ?? '' } });
  t.equal(session.body.user.name, 'Ada');

  const again = await request('POST', '/api/v1/first-run', { body: { ...account, token } });
  t.match(again, { status: 410, body: { error: { code: 'first_run_closed' } } });
});

t.test('login, logout', async (t) => {
  const { request, firstRun, store, base, people } = await startHttp(t);
  await firstRun.redeem((await firstRun.issue()) ?? '', account);
  const login = (email: string, password: string) => request('POST', '/api/v1/session', { body: { email, password } });

  const wrongPassword = await login('ada@x.test', 'not the password');
  const wrongUser = await login('eve@x.test', 'not the password');
  t.match(wrongPassword, { status: 401, body: { error: { code: 'credentials_invalid' } } });
  t.same(wrongUser.body, wrongPassword.body, 'an unknown address is not told apart');
  t.equal(wrongPassword.headers.get('set-cookie'), null);

  const { headers, body } = await login('ADA@x.test', testPassword);
  t.match(body, { user: { role: 'admin' } });
  t.notMatch(JSON.stringify(body), 'argon2');
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  t.equal((await request('GET', '/api/v1/overview', { headers: { cookie } })).status, 200);

  const logout = await request('DELETE', '/api/v1/session', { headers: { cookie, origin: base } });
  t.equal(logout.status, 204);
  t.match(logout.headers.get('set-cookie'), /^__Host-vigia=; Max-Age=0; Path=\/; .*Secure/);
  t.equal((await request('GET', '/api/v1/overview', { headers: { cookie } })).status, 401);
  t.equal((await request('DELETE', '/api/v1/session')).status, 204, 'harmless without a session');

  await people.refused.flush();
  const rows = await store.db.selectFrom('audit').select(['action', 'subject']).orderBy('id').execute();
  t.strictSame(
    rows.map(({ action }) => action).filter((action) => action.startsWith('session')),
    ['session.refused', 'session.open', 'session.close', 'session.refused'],
  );
  t.equal(
    rows.some(({ subject }) => subject.includes('eve')),
    false,
  );
  t.match(await store.audit.verify(), { ok: true });
});

t.test('guessing is slowed down and says for how long', async (t) => {
  const { request, clock, firstRun } = await startHttp(t);
  await firstRun.redeem((await firstRun.issue()) ?? '', account);
  const login = (password: string) => request('POST', '/api/v1/session', { body: { email: 'ada@x.test', password } });
  let refused = await login('wrong wrong');
  for (let attempt = 0; attempt < 15 && refused.status === 401; attempt += 1) refused = await login('wrong wrong');
  t.match(refused, { status: 429, body: { error: { code: 'rate_limited', message: /Wait \d+ s and retry/ } } });
  t.match(refused.headers.get('retry-after'), /^\d+$/);
  t.equal((await login(testPassword)).status, 429, 'even with the right password');
  clock.nowMs += 3_600_000;
  t.equal((await login(testPassword)).status, 200);
});

/** A browser of Ada's: it keeps its cookies, and comes from wherever it says. */
function browserOf({ request }: Awaited<ReturnType<typeof startHttp>>) {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async login(password: string, from = '192.0.2.1', email = 'ada@x.test'): Promise<number> {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { 'x-forwarded-for': from, ...(cookie !== '' && { cookie, origin: 'https://vigia.example' }) };
      const answer = await request('POST', '/api/v1/session', { headers, body: { email, password } });
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      return answer.status;
    },
  };
}

t.test('of many guesses at once no more are looked at than of those one after the other', async (t) => {
  const server = await startHttp(t, { publicUrl: 'https://vigia.example', limits: { login: 1000 } });
  await server.firstRun.redeem((await server.firstRun.issue()) ?? '', account);
  const statuses = await Promise.all(
    Array.from({ length: 18 }, (_, index) => browserOf(server).login('wrong wrong', `198.51.100.${index}`)),
  );
  t.equal(statuses.filter((status) => status === 401).length, 5);
  t.equal(statuses.filter((status) => status === 429).length, 13);
});

t.test('guesses of strangers keep nobody out by a known browser, nor from a known address', async (t) => {
  const server = await startHttp(t, { publicUrl: 'https://vigia.example', limits: { login: 1000 } });
  const { clock, firstRun } = server;
  await firstRun.redeem((await firstRun.issue()) ?? '', account);
  const laptop = browserOf(server);
  t.equal(await laptop.login(testPassword, '192.0.2.1'), 200);
  for (let hour = 0; hour < 2; hour += 1) {
    for (let guess = 0; guess < 12; guess += 1) {
      await browserOf(server).login('wrong wrong', `198.51.100.${guess}`);
      clock.nowMs += 300_000;
    }
    for (let guess = 0; guess < 8; guess += 1) await browserOf(server).login('wrong wrong', `203.0.113.${guess}`);
    t.equal(await browserOf(server).login(testPassword, '203.0.113.9'), 429, 'a stranger waits, whoever it is');
    t.equal(await browserOf(server).login(testPassword, '192.0.2.1'), 200, 'another browser at the known address');
    t.equal(await laptop.login(testPassword, '2001:db8::1'), 200, 'the known browser on a journey');
  }
});

t.test('a flood from the address of an office does not use up the attempts of those known there', async (t) => {
  const server = await startHttp(t, { publicUrl: 'https://vigia.example', limits: { login: 5 } });
  await server.firstRun.redeem((await server.firstRun.issue()) ?? '', account);
  const laptop = browserOf(server);
  t.equal(await laptop.login(testPassword), 200);
  const flood = Array.from({ length: 60 }, (_, index) =>
    browserOf(server).login('guess guess', index % 2 === 0 ? '192.0.2.1' : `198.51.100.${index}`, `p${index}@x.test`),
  );
  const [byBrowser, byAddress] = [laptop.login(testPassword), browserOf(server).login(testPassword)];
  t.same([await byBrowser, await byAddress], [200, 200], 'while it goes on');
  const statuses = await Promise.all(flood);
  t.ok(statuses.includes(429), 'the flood itself is held up');
  t.notOk(statuses.some((status) => status === 200 || status >= 500));
});

t.test('refused logins are one row of the audit log a minute', async (t) => {
  const { request, store, people } = await startHttp(t, { limits: { login: 1000 } });
  for (let guess = 0; guess < 30; guess += 1) {
    await request('POST', '/api/v1/session', { body: { email: `p${guess}@x.test`, password: 'guess' } });
  }
  const rows = () => store.db.selectFrom('audit').selectAll().where('action', '=', 'session.refused').execute();
  t.equal((await rows()).length, 1);
  await people.refused.close();
  const [first, second, ...more] = await rows();
  t.same(more, []);
  const counts = [first, second].map((row) => JSON.parse(row?.detail_json ?? '{}').count);
  t.equal(counts[0] + counts[1], 30);
  t.match(await store.audit.verify(), { ok: true });
});

t.test('login attempts from one address are limited whatever the account', async (t) => {
  const { request } = await startHttp(t, { limits: { login: 3 } });
  const attempt = (index: number) =>
    request('POST', '/api/v1/session', { body: { email: `p${index}@x.test`, password: 'guess' } });
  for (let index = 0; index < 3; index += 1) t.equal((await attempt(index)).status, 401);
  t.match(await attempt(4), { status: 429, body: { error: { code: 'rate_limited' } } });
  t.equal((await request('GET', '/healthz')).status, 200, 'other routes go on');
});

t.test(
  'behind a proxy of this machine the limits count those whom it names; otherwise nobody is believed',
  async (t) => {
    const statuses = async (publicUrl: string | null) => {
      const { request } = await startHttp(t, { publicUrl, limits: { login: 1 } });
      const attempt = async (from: string) => {
        const headers = { 'x-forwarded-for': `6.6.6.6, ${from}` };
        return (await request('POST', '/api/v1/session', { headers, body: { email: 'a@x.test', password: 'x' } }))
          .status;
      };
      return [await attempt('192.0.2.1'), await attempt('192.0.2.1'), await attempt('192.0.2.2')];
    };
    t.strictSame(await statuses('https://vigia.example'), [401, 429, 401]);
    t.strictSame(await statuses(null), [401, 429, 429]);
  },
);

t.test('a proxy that adds ports names the same address with each of them', async (t) => {
  const { request } = await startHttp(t, { publicUrl: 'https://vigia.example', limits: { login: 1 } });
  const attempt = async (from: string) => {
    const body = { email: 'a@x.test', password: 'x' };
    return (await request('POST', '/api/v1/session', { headers: { 'x-forwarded-for': from }, body })).status;
  };
  t.equal(await attempt('203.0.113.9:51234'), 401);
  t.equal(await attempt('203.0.113.9:51235'), 429);
  t.equal(await attempt('[2001:db8::1]:4000'), 401);
  t.equal(await attempt('[2001:db8::2]:4001'), 429, 'one network of a household');
});
