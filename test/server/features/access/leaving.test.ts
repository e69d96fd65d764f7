import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

/** Ada and Bob are admins. Bob made a key, that key made another and a token, and he made a token and a link himself. */
async function setUp(t: Parameters<typeof startHttp>[0]) {
  const server = await startHttp(t);
  const { request, store, base, sessions } = server;
  const { client, site } = await addTenant(store, 'Acme');
  const person = async (name: string) => {
    const email = `${name.toLowerCase()}@x.test`;
    const user = await store.users.create({ email, name, role: 'admin', passwordHash: '-' });
    const { secret } = await sessions.create(user.id);
    return { id: user.id, headers: { cookie: `__Host-vigia=${secret}`, origin: base } as Record<string, string> };
  };
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const makeKey = async (headers: Record<string, string>, name: string, more: object = {}) => {
    const body = { name, role: 'admin', clientId: null, ...more };
    const made = await request('POST', '/api/v1/api-keys', { headers, body });
    return { id: made.body.id as string, headers: { authorization: `Bearer ${made.body.key}` }, body: made.body };
  };
  const makeToken = async (headers: Record<string, string>) => {
    const body = { clientId: client.id, siteId: site.id, kind: 'server', uses: 1, expiresInMs: 3_600_000 };
    return (await request('POST', '/api/v1/tokens', { headers, body })).body.id as string;
  };
  const first = await makeKey(bob.headers, 'first');
  const second = await makeKey(first.headers, 'second');
  const works = async ({ headers }: { headers: Record<string, string> }) =>
    (await request('GET', '/api/v1/overview', { headers })).status === 200;
  const tokens = { byBob: await makeToken(bob.headers), byKey: await makeToken(second.headers) };
  return { ...server, ada, bob, first, second, tokens, makeKey, makeToken, works, client };
}

t.test('lists say who made a key or a token, when it was used last, and until when it works', async (t) => {
  const { request, store, people, clock, ada, first, makeKey, client, keyed } = await setUp(t);
  await makeKey(ada.headers, 'short', { expiresInMs: 86_400_000 });
  await people.keyUse.flush();
  const { items } = (await request('GET', '/api/v1/api-keys', { headers: ada.headers })).body;
  const byName = new Map<string, unknown>(items.map((key: { name: string }) => [key.name, key]));
  const iso = (ms: number) => new Date(ms).toISOString();
  t.match(byName.get('first'), {
    maker: { kind: 'person', name: 'Bob', isActive: true },
    keeper: null,
    lastUsedAt: iso(clock.nowMs),
    expiresAt: null,
  });
  t.match(byName.get('second'), { createdBy: `key:${first.id}`, maker: { kind: 'key', name: 'first' } });
  t.match(byName.get('short'), { maker: { name: 'Ada' }, lastUsedAt: null, expiresAt: iso(clock.nowMs + 86_400_000) });
  const listed = (await request('GET', '/api/v1/tokens', { headers: ada.headers })).body.items;
  t.same(listed.map(({ maker }: { maker: { name: string | null } }) => maker.name).toSorted(), ['Bob', null, 'second']);
  const [token] = (await store.scoped(everyClient).tokens.list({ limit: 1 })).items;
  await store.scoped(everyClient).tokens.spendUse(token?.id ?? '');
  const used = (await request('GET', '/api/v1/tokens', { headers: ada.headers })).body.items;
  t.equal(used.find(({ id }: { id: string }) => id === token?.id).lastUsedAt, iso(clock.nowMs));
  const limited = await request('GET', '/api/v1/tokens', { headers: await keyed('admin', client.id) });
  t.notOk(limited.text.includes('Bob'), 'a key of one client does not learn who works here');
});

t.test('disabling a person ends what they made, and what their keys made', async (t) => {
  const { request, store, ada, bob, first, second, tokens, works } = await setUp(t);
  t.ok((await works(first)) && (await works(second)));
  const left = await request('GET', `/api/v1/users/${bob.id}/left-behind`, { headers: ada.headers });
  const ids = (list: { id: string }[]) => list.map(({ id }) => id).toSorted();
  t.same(ids(left.body.apiKeys), [first.id, second.id].toSorted());
  t.same(ids(left.body.tokens), [tokens.byBob, tokens.byKey].toSorted());

  t.equal((await request('DELETE', `/api/v1/users/${bob.id}`, { headers: ada.headers })).status, 204);
  t.same([await works(bob), await works(first), await works(second)], [false, false, false]);
  for (const id of Object.values(tokens)) {
    t.ok((await store.scoped(everyClient).tokens.get(id))?.revoked_at, 'no machine joins with it any more');
  }
  const row = await store.db.selectFrom('audit').selectAll().where('action', '=', 'user.disable').executeTakeFirst();
  t.match(row, { actor: ada.id, subject: bob.id });
  t.same(JSON.parse(row?.detail_json ?? '{}').ended.length, 4);
  const after = await request('GET', `/api/v1/users/${bob.id}/left-behind`, { headers: ada.headers });
  t.same(after.body, { apiKeys: [], tokens: [], reportLinks: [] });
});

t.test('what is kept on purpose goes on, and who kept it answers for it', async (t) => {
  const { request, ada, bob, first, second, tokens, works, store, sessions, base } = await setUp(t);
  const disable = (id: string, keep: string[], headers: Record<string, string>) =>
    request('POST', `/api/v1/users/${id}/disable`, { headers, body: { keep } });
  const strange = await disable(bob.id, ['no-such-key'], ada.headers);
  t.match(strange, { status: 400, body: { error: { code: 'validation_failed', message: /Look at the list/ } } });
  t.ok(await works(bob), 'then nothing has happened');

  t.equal((await disable(bob.id, [second.id, tokens.byBob], ada.headers)).status, 204);
  t.same([await works(first), await works(second)], [false, true]);
  const { items } = (await request('GET', '/api/v1/api-keys', { headers: ada.headers })).body;
  t.match(items, [{ id: second.id, maker: { name: 'first', isActive: false }, keeper: { name: 'Ada' } }]);
  t.equal((await store.scoped(everyClient).tokens.get(tokens.byKey))?.revoked_at === null, false);
  t.equal((await store.scoped(everyClient).tokens.get(tokens.byBob))?.revoked_at, null);

  const eve = await store.users.create({ email: 'eve@x.test', name: 'Eve', role: 'admin', passwordHash: '-' });
  const { secret } = await sessions.create(eve.id);
  const asEve = { cookie: `__Host-vigia=${secret}`, origin: base };
  t.equal((await disable(ada.id, [], asEve)).status, 204);
  t.notOk(await works(second), 'with its keeper it ends too');
});

t.test('the last admin stays, with all that they made', async (t) => {
  const { request, ada, bob, first, works } = await setUp(t);
  t.equal((await request('DELETE', `/api/v1/users/${ada.id}`, { headers: bob.headers })).status, 204);
  const refused = await request('DELETE', `/api/v1/users/${bob.id}`, { headers: bob.headers });
  t.match(refused, { status: 409, body: { error: { message: /last admin/ } } });
  t.ok(await works(first));
});

t.test('a link to a new password ends with the one who made it', async (t) => {
  const { request, ada, bob, store } = await setUp(t);
  const eve = await store.users.create({ email: 'eve@x.test', name: 'Eve', role: 'admin', passwordHash: '-' });
  const made = await request('POST', `/api/v1/users/${eve.id}/reset-link`, { headers: bob.headers, body: {} });
  const token = new URLSearchParams(new URL(made.body.url).hash.slice(1)).get('token') ?? '';
  const look = async () =>
    (await request('GET', '/api/v1/password-reset', { headers: { 'x-vigia-reset-token': token } })).status;
  t.equal(await look(), 200);
  await request('DELETE', `/api/v1/users/${bob.id}`, { headers: ada.headers });
  t.equal(await look(), 401);
});

t.test('revoking a key ends what it made, and what those made, unless it is kept', async (t) => {
  const { request, store, ada, bob, first, second, tokens, works, makeToken, makeKey, keyed, client } = await setUp(t);
  const headers = ada.headers;
  const third = await makeKey(first.headers, 'third');
  const byFirst = await makeToken(first.headers);
  const left = await request('GET', `/api/v1/api-keys/${first.id}/left-behind`, { headers });
  const ids = (list: { id: string }[]) => list.map(({ id }) => id).toSorted();
  t.same(ids(left.body.apiKeys), [second.id, third.id].toSorted());
  t.same(ids(left.body.tokens), [tokens.byKey, byFirst].toSorted());
  const path = `/api/v1/api-keys/${first.id}/revoke`;
  const limited = await keyed('admin', client.id);
  t.equal((await request('POST', path, { headers: limited, body: { keep: [] } })).status, 404, 'not theirs');
  const strange = await request('POST', path, { headers, body: { keep: [tokens.byBob] } });
  t.equal(strange.status, 400, 'Bob made that himself');
  t.ok(await works(first), 'nothing has ended');
  t.equal((await request('POST', path, { headers, body: { keep: [third.id, byFirst] } })).status, 204);
  t.same([await works(first), await works(second), await works(third)], [false, false, true]);
  const stored = store.scoped(everyClient).tokens;
  t.ok((await stored.get(tokens.byKey))?.revoked_at, 'made by a key that the key made');
  t.match(await stored.get(byFirst), { revoked_at: null, kept_by: ada.id });
  t.equal((await stored.get(tokens.byBob))?.revoked_at, null);
  t.ok(await works(bob));
  const row = await store.db.selectFrom('audit').selectAll().where('action', '=', 'api-key.revoke').executeTakeFirst();
  t.match(JSON.parse(row?.detail_json ?? '{}'), { kept: [third.id, byFirst] });
  t.equal((await request('POST', path, { headers, body: { keep: [] } })).status, 404, 'once');
  t.equal((await request('DELETE', `/api/v1/api-keys/${third.id}`, { headers })).status, 204);
  t.notOk(await works(third));
});

t.test('the link of a report page says who made it, when it was used last, and ends with them', async (t) => {
  const { request, store, clock, ada, bob, first, client } = await setUp(t);
  const path = `/api/v1/clients/${client.id}/report-link`;
  const make = async (headers: Record<string, string>) => {
    const { url } = (await request('POST', path, { headers, body: {} })).body;
    return { 'x-vigia-report-key': new URL(url).hash.slice(1) };
  };
  const opens = async (headers: Record<string, string>) =>
    (await request('GET', '/api/v1/portal', { headers })).status === 200;
  const link = async () => (await request('GET', path, { headers: ada.headers })).body.link;
  t.equal(await link(), null);
  const byBob = await make(bob.headers);
  const madeAt = new Date(clock.nowMs).toISOString();
  t.match(await link(), { createdAt: madeAt, maker: { name: 'Bob' }, keeper: null, lastUsedAt: null, expiresAt: null });
  clock.nowMs += 60_000;
  const report = { reporter: 'Eve', siteId: null, text: 'The printer is on fire.' };
  t.equal((await request('POST', '/api/v1/portal/reports', { headers: byBob, body: report })).status, 201);
  t.match(await link(), { createdAt: madeAt, lastUsedAt: new Date(clock.nowMs).toISOString() });

  const left = await request('GET', `/api/v1/users/${bob.id}/left-behind`, { headers: ada.headers });
  t.match(left.body.reportLinks, [{ id: client.id, maker: { name: 'Bob' } }]);
  const keep = { headers: ada.headers, body: { keep: [client.id] } };
  t.equal((await request('POST', `/api/v1/users/${bob.id}/disable`, keep)).status, 204);
  t.ok(await opens(byBob), 'kept on purpose');
  t.match(await link(), { maker: { name: 'Bob', isActive: false }, keeper: { name: 'Ada' } });
  t.same((await request('GET', path, { headers: first.headers })).status, 401, 'his key has ended');

  const other = await store.users.create({ email: 'z@x.test', name: 'Zoe', role: 'admin', passwordHash: '-' });
  t.equal((await request('DELETE', `/api/v1/users/${other.id}`, { headers: ada.headers })).status, 204);
  t.ok(await opens(byBob), 'hers it was not');
  t.equal((await request('DELETE', path, { headers: ada.headers })).status, 204);
  t.same([await opens(byBob), await link()], [false, null]);
});

t.test('a link that is not kept ends with the person, and with the key, that made it', async (t) => {
  const { request, ada, bob, first, client } = await setUp(t);
  const path = `/api/v1/clients/${client.id}/report-link`;
  const make = async (headers: Record<string, string>) =>
    new URL((await request('POST', path, { headers, body: {} })).body.url).hash.slice(1);
  const opens = async (key: string) =>
    (await request('GET', '/api/v1/portal', { headers: { 'x-vigia-report-key': key } })).status === 200;
  const byKey = await make(first.headers);
  t.equal((await request('DELETE', `/api/v1/api-keys/${first.id}`, { headers: ada.headers })).status, 204);
  t.notOk(await opens(byKey));
  const byBob = await make(bob.headers);
  t.ok(await opens(byBob));
  t.equal((await request('DELETE', `/api/v1/users/${bob.id}`, { headers: ada.headers })).status, 204);
  t.notOk(await opens(byBob));
});

t.test('what a key makes ends with it when it expires, and an expired key still leads to its maker', async (t) => {
  const { request, store, clock, ada, bob, makeKey, makeToken, works, client } = await setUp(t);
  const short = await makeKey(bob.headers, 'short', { expiresInMs: 600_000 });
  const endless = await makeKey(short.headers, 'endless');
  const long = await makeKey(short.headers, 'long', { expiresInMs: 86_400_000 });
  const brief = await makeKey(short.headers, 'brief', { expiresInMs: 300_000 });
  const at = (ms: number) => new Date(clock.nowMs + ms).toISOString();
  t.same(
    [endless, long, brief].map(({ body }) => body.expiresAt),
    [at(600_000), at(600_000), at(300_000)],
  );
  const token = await makeToken(short.headers);
  t.equal((await store.scoped(everyClient).tokens.get(token))?.expires_at, clock.nowMs + 600_000);
  const path = `/api/v1/clients/${client.id}/report-link`;
  const { url } = (await request('POST', path, { headers: short.headers, body: {} })).body;
  const opens = async () => {
    const headers = { 'x-vigia-report-key': new URL(url).hash.slice(1) };
    return (await request('GET', '/api/v1/portal', { headers })).status;
  };
  t.same([await works(endless), await opens()], [true, 200]);
  // Of before this rule: it outlives the key that made it.
  await store.db.updateTable('api_key').set({ expires_at: null }).where('id', '=', endless.id).execute();
  clock.nowMs += 600_000;
  t.same([await works(short), await works(long), await opens()], [false, false, 401]);
  t.ok(await works(endless));
  const left = await request('GET', `/api/v1/users/${bob.id}/left-behind`, { headers: ada.headers });
  t.ok(left.body.apiKeys.some(({ id }: { id: string }) => id === endless.id));
  t.equal((await request('DELETE', `/api/v1/users/${bob.id}`, { headers: ada.headers })).status, 204);
  t.notOk(await works(endless));
});
