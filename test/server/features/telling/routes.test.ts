import t, { type Test } from 'tap';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { startHttpReceiver } from '../../../support/http-receiver.ts';
import { startSmtpReceiver } from '../../../support/smtp-receiver.ts';

const secret = 'a very secret secret';
const mail = {
  kind: 'email',
  host: '127.0.0.1',
  port: 25,
  security: 'implicit',
  user: null,
  from: 'vigia@msp.example',
  to: ['ops@msp.example'],
};

function input(target: object, more: object = {}) {
  return { name: 'Ops', clientId: null, minPriority: 'high', clocks: true, target, ...more };
}

async function setUp(t: Test) {
  const server = await startHttp(t);
  const headers = await server.keyed('admin');
  const call = (method: string, path: string, body?: unknown) =>
    server.request(method, `/api/v1/receivers${path}`, { headers, ...(body === undefined ? {} : { body }) });
  return { server, call };
}

async function audit({ store }: TestServer): Promise<string> {
  return JSON.stringify(await store.db.selectFrom('audit').selectAll().execute());
}

t.test('a receiver is made, shown, changed and removed; its secret never comes out', async (t) => {
  const { server, call } = await setUp(t);
  const target = { kind: 'webhook', url: 'https://127.0.0.1/hook' };
  const made = await call('POST', '', input({ ...target, secret }));
  t.equal(made.status, 201);
  t.match(made.body, { name: 'Ops', target, hasSecret: true, waiting: 0, lastDeliveredAt: null, lastError: null });
  const { id } = made.body;
  const changed = await call('PUT', `/${id}`, input(target, { name: 'Ops at night', minPriority: 'emergency' }));
  t.match(changed, { status: 200, body: { name: 'Ops at night', hasSecret: true } }, 'an omitted secret stays');
  const listed = await call('GET', '');
  t.same(listed.body.items, [changed.body]);
  const bare = await call('PUT', `/${id}`, input({ ...target, secret: null }));
  t.match(bare.body, { hasSecret: false });
  t.equal((await call('DELETE', `/${id}`)).status, 204);
  t.same((await call('GET', '')).body.items, []);
  t.equal((await call('DELETE', `/${id}`)).status, 404);

  const stored = JSON.stringify(await server.store.db.selectFrom('receiver').selectAll().execute());
  const entries = await audit(server);
  for (const action of ['create', 'change', 'remove']) t.match(entries, `receiver.${action}`);
  for (const [where, text] of Object.entries({ stored, entries, answers: made.text + changed.text + listed.text })) {
    t.notMatch(text, secret, `not in what is ${where}`);
  }
  t.notMatch(JSON.stringify(server.log), secret);
});

t.test('a secret is not taken along to another place', async (t) => {
  const { call } = await setUp(t);
  const { id } = (await call('POST', '', input({ kind: 'webhook', url: 'https://127.0.0.1/a', secret }))).body;
  t.equal((await call('PUT', `/${id}`, input({ kind: 'webhook', url: 'https://127.0.0.1/b' }))).status, 200);
  const moved = await call('PUT', `/${id}`, input({ kind: 'webhook', url: 'https://127.0.0.2/a' }));
  t.match(moved, {
    status: 400,
    body: { error: { code: 'validation_failed', message: /enter its password or token again/ } },
  });
  const other = await call('PUT', `/${id}`, input(mail));
  t.equal(other.status, 400);
});

t.test('what cannot work is refused with a sentence', async (t) => {
  const { call } = await setUp(t);
  const telegram = { kind: 'telegram', chatId: '-100', apiUrl: 'https://127.0.0.1' };
  for (const [target, sentence] of [
    [{ ...mail, to: ['Ops <ops@msp.example>'] }, /"Ops <ops@msp.example>" is not an e-mail address/],
    [{ ...mail, to: ['a@b.example, c@d.example'] }, /is not an e-mail address/],
    [{ ...mail, to: ['a@b.example\r\nBcc: c@d.example'] }, /is not an e-mail address/],
    [{ ...mail, from: 'root' }, /"root" is not an e-mail address/],
    [{ ...mail, host: 'https://smtp.example' }, /The host is a name or an address/],
    [{ ...mail, user: 'vigia' }, /A user needs a password/],
    [{ ...mail, user: 'vigia', password: secret, security: 'none' }, /A password is not sent without TLS/],
    [{ kind: 'webhook', url: 'hooks.example' }, /is not a web address/],
    [{ kind: 'webhook', url: 'ftp://127.0.0.1' }, /is not a web address/],
    [{ kind: 'webhook', url: 'https://user:pass@127.0.0.1' }, /must not hold a user or password/],
    [{ kind: 'webhook', url: 'https://169.254.169.254/' }, /is not the address of a host that this server may reach/],
    [{ kind: 'ntfy', server: 'https://127.0.0.1', topic: 'a', token: 'b c' }, /has no spaces/],
    [{ ...telegram, botToken: '../x' }, /BotFather/],
    [telegram, /BotFather/],
    [{ ...telegram, chatId: 'ops', botToken: '1:a' }, /The chat is a number/],
  ] as const) {
    const answer = await call('POST', '', input(target));
    t.match(answer, { status: 400, body: { error: { message: sentence } } }, JSON.stringify(target));
  }
  t.equal((await call('POST', '', input(mail, { name: 'a\nb' }))).status, 400);
  t.equal((await call('POST', '', input({ ...mail, to: [] }))).status, 400);
  t.equal((await call('POST', '', input({ kind: 'pager' }))).status, 400);
});

t.test('the test button really sends, and says what the receiver answered', async (t) => {
  const { server, call } = await setUp(t);
  const smtp = await startSmtpReceiver(t, { login: { user: 'vigia', password: secret } });
  const login = { ...mail, port: smtp.port, user: 'vigia' };
  const made = await call('POST', '', input({ ...login, password: secret }));
  t.match(await call('POST', `/${made.body.id}/test`, {}), {
    status: 200,
    body: { ok: true, answer: /^250 /, tookMs: Number },
  });
  t.equal(smtp.mails[0]?.headers.subject, 'Test message from Vigia');
  const wrong = await call('PUT', `/${made.body.id}`, input({ ...login, password: 'another secret' }));
  t.equal(wrong.status, 200);
  const refused = await call('POST', `/${made.body.id}/test`, {});
  t.match(refused.body, { ok: false, answer: 'The server of mail answered: 535 unwanted vigia' });

  const hook = await startHttpReceiver(t, { answer: { status: 202, body: 'thanks' } });
  const webhook = await call('POST', '', input({ kind: 'webhook', url: hook.url }));
  t.match((await call('POST', `/${webhook.body.id}/test`, {})).body, { ok: true, answer: '202 thanks' });
  const hanging = await startHttpReceiver(t, { behaviour: 'hangs' });
  const silent = await call('POST', '', input({ kind: 'webhook', url: hanging.url }));
  t.match((await call('POST', `/${silent.body.id}/test`, {})).body, {
    ok: false,
    answer: 'There was no answer within 9 s.',
  });
  t.equal((await call('POST', '/nobody/test', {})).status, 404);
  t.match(await audit(server), 'receiver.test');
});

t.test('tests are few a minute', async (t) => {
  const { call } = await setUp(t);
  const statuses: number[] = [];
  for (let n = 0; n < 11; n += 1) statuses.push((await call('POST', '/nobody/test', {})).status);
  t.same(new Set(statuses.slice(0, 10)), new Set([404]));
  t.equal(statuses[10], 429);
});

t.test('who sees one client has receivers of that client only', async (t) => {
  const { server, call } = await setUp(t);
  const acme = await server.request('POST', '/api/v1/clients', {
    headers: await server.keyed('admin'),
    body: { name: 'Acme' },
  });
  const own = await server.keyed('admin', acme.body.id);
  const all = await call('POST', '', input(mail));
  const mine = (method: string, path: string, body?: unknown) =>
    server.request(method, `/api/v1/receivers${path}`, { headers: own, ...(body === undefined ? {} : { body }) });
  t.equal((await mine('POST', '', input(mail))).status, 403, 'not of every client');
  const made = await mine('POST', '', input(mail, { clientId: acme.body.id }));
  t.equal(made.status, 201);
  t.same((await mine('GET', '')).body.items, [made.body]);
  t.equal((await mine('PUT', `/${made.body.id}`, input(mail))).status, 403, 'nor by changing one');
  for (const [method, path, body] of [
    ['PUT', '', input(mail, { clientId: acme.body.id })],
    ['DELETE', '', undefined],
    ['POST', '/test', {}],
  ] as const) {
    t.equal((await mine(method, `/${all.body.id}${path}`, body)).status, 404, `${method} ${path}`);
  }
});
