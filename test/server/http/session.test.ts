import t from 'tap';
import { SESSION_MAX_MS } from '../../../server/security/sessions.ts';
import { startHttp, testPassword } from '../../support/http.ts';

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
  const cookie = made.headers.get('set-cookie');
  t.match(cookie, /^__Host-vigia=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  t.match(cookie, `Max-Age=${SESSION_MAX_MS / 1000}`);
  const session = await request('GET', '/api/v1/session', { headers: { cookie: cookie?.split(';')[0] ?? '' } });
  t.equal(session.body.user.name, 'Ada');

  const again = await request('POST', '/api/v1/first-run', { body: { ...account, token } });
  t.match(again, { status: 410, body: { error: { code: 'first_run_closed' } } });
});

t.test('login, logout', async (t) => {
  const { request, firstRun, store, base } = await startHttp(t);
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

  const rows = await store.db.selectFrom('audit').select(['action', 'subject']).orderBy('id').execute();
  t.strictSame(
    rows.map(({ action }) => action).filter((action) => action.startsWith('session')),
    ['session.refused', 'session.refused', 'session.open', 'session.close'],
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
