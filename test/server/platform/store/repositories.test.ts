import { randomBytes, randomUUID } from 'node:crypto';
import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

t.test('lists come in pages that join without a hole or a double', async (t) => {
  const store = await tempStore(t);
  const all = store.scoped(everyClient);
  for (let index = 0; index < 7; index += 1) await all.clients.create(`Client ${index}`);

  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await all.clients.list({ limit: 3, cursor });
    t.ok(page.items.length <= 3);
    seen.push(...page.items.map((row) => row.name));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  t.same(
    seen,
    [0, 1, 2, 3, 4, 5, 6].map((index) => `Client ${index}`),
  );

  const f = (text: string) => t.rejects(all.clients.list({ limit: 3, cursor: text }), { code: 'bad_request' }, text);
  await f('');
  await f('garbage');
  await f(Buffer.from('[1]').toString('base64url'));
  await f(Buffer.from('{"0":"a","length":1}').toString('base64url'));
  await f(Buffer.from('["a","b"]').toString('base64url'));
});

t.test('clients and sites: names are unique without regard to case, slugs always', async (t) => {
  const store = await tempStore(t);
  const { clients, sites } = store.scoped(everyClient);
  const acme = await clients.create(' Acme ');
  t.match(acme, { name: 'Acme', slug: 'acme' });
  await t.rejects(clients.create('ACME'), { code: 'conflict', message: /"ACME"/ });
  t.same(await clients.ensure('acme'), acme);
  t.match(await clients.create('Acme!'), { slug: 'acme-2' });
  t.match(await clients.create('東京'), { slug: /^client-[0-9a-f]{4}$/ });

  const twins = await Promise.all([clients.ensure('Twin'), clients.ensure('Twin')]);
  t.same(twins[0], twins[1], 'two who ask at once get the same one');

  const site = await sites.create(acme.id, 'Head office');
  await t.rejects(sites.create(acme.id, 'head OFFICE'), { code: 'conflict' });
  t.same(await sites.ensure(acme.id, 'HEAD office'), site);
  t.match(await sites.create(acme.id, 'Head-Office'), { slug: 'head-office-2' });
  const other = await clients.create('Other');
  t.match(await sites.create(other.id, 'Head office'), { slug: 'head-office' }, 'another client may use the name');
  await t.rejects(sites.create('nobody', 'x'), { code: 'not_found' });
});

t.test('two at once ask for the same new client and site, and both get the one', async (t) => {
  const store = await tempStore(t);
  const { clients, sites } = store.scoped(everyClient);
  const [acme, again] = await Promise.all([clients.ensure('Acme'), clients.ensure('ACME')]);
  t.same(acme, again);
  const made = await Promise.all([sites.ensure(acme.id, 'Head office'), sites.ensure(acme.id, 'head office')]);
  t.same(made[0], made[1]);
});

t.test('devices: enrol, change, retire, bring back', async (t) => {
  const clock = { nowMs: 1000 };
  const store = await tempStore(t, clock);
  const { client, site, token, device } = await addTenant(store, 'Acme');
  const { devices, sites } = store.scoped(everyClient);
  const twin = {
    clientId: client.id,
    siteId: site.id,
    tokenId: token.id,
    kind: 'server',
    publicKey: device.public_key,
    machineId: 'm2',
    hostname: 'acme-srv',
    os: 'linux',
    agentVersion: '1',
  } as const;
  t.equal(device.slug, 'acme-srv');
  await t.rejects(devices.insert(twin), { code: 'conflict', message: /key is enrolled already/ });
  t.match(await devices.insert({ ...twin, publicKey: randomBytes(32) }), { slug: 'acme-srv-2', name: 'acme-srv' });

  const cellar = await sites.create(client.id, 'Cellar');
  const changed = await devices.update(device.id, { name: 'Database', siteId: cellar.id });
  t.match(changed, { name: 'Database', site_id: cellar.id, slug: 'acme-srv' }, 'the slug stays');
  t.same(await devices.get(device.id), changed);
  await store.commit([devices.agentStatement(device.id, { inventory_json: '{"cpu":4}', inventory_at: 5 })]);
  t.match(await devices.get(device.id), { inventory_json: '{"cpu":4}', inventory_at: 5 });

  clock.nowMs = 2000;
  await devices.retire(device.id);
  await t.rejects(devices.retire(device.id), { code: 'not_found' });
  t.same((await devices.all()).length, 1);
  t.match(await devices.byPublicKey(device.public_key), { id: device.id, retired_at: 2000 });
  t.match(await devices.revive(device.id), { id: device.id, retired_at: null });
  await t.rejects(devices.revive(device.id), { code: 'not_found' });

  await devices.retire(device.id);
  const successor = await devices.insert(twin);
  t.match(await devices.byPublicKey(device.public_key), { id: successor.id }, 'the one in service goes first');
  await t.rejects(devices.revive(device.id), { code: 'conflict' });
});

t.test('enrolment tokens: a use is taken only while there is one', async (t) => {
  const clock = { nowMs: 1000 };
  const store = await tempStore(t, clock);
  const { token } = await addTenant(store, 'Acme');
  const { tokens } = store.scoped(everyClient);
  const add = (changes: object) =>
    tokens.insert({ ...token, id: randomUUID(), secret_hash: randomBytes(32), ...changes });

  const two = await add({ uses_left: 2 });
  const taken = await Promise.all([1, 2, 3, 4].map(() => tokens.spendUse(two.id)));
  t.same(taken.toSorted(), [false, false, true, true]);
  t.equal(await tokens.spendUse((await add({ expires_at: 1000 })).id), false, 'expired');
  await tokens.revoke(token.id);
  t.equal(await tokens.spendUse(token.id), false, 'revoked');
  await t.rejects(tokens.revoke(token.id), { code: 'not_found' });
  t.notOk((await tokens.list({ limit: 10 })).items.some((row) => row.id === token.id));
});

t.test('incidents: lists by state, newest first; the history', async (t) => {
  const store = await tempStore(t);
  const acme = await addTenant(store, 'Acme');
  const bolt = await addTenant(store, 'Bolt');
  const { incidents } = store.scoped(everyClient);
  const make = (id: string, changes: object, tenant = acme) =>
    incidentRow(tenant, { id, key: `key ${id}`, ...changes });
  await store.commit([
    incidents.saveStatement(make('a', { opened_at: 1 })),
    incidents.saveStatement(make('b', { opened_at: 2, state: 'acknowledged' })),
    incidents.saveStatement(make('c', { opened_at: 3, state: 'resolved', resolved_at: 50 })),
    incidents.saveStatement(make('d', { opened_at: 4, state: 'resolved', resolved_at: 100 })),
    incidents.saveStatement(make('e', { opened_at: 4 }, bolt)),
    incidents.eventStatement({
      client_id: acme.client.id,
      incident_id: 'a',
      at: 1,
      kind: 'opened',
      by_user: null,
      said_json: 'one',
    }),
    incidents.eventStatement({
      client_id: acme.client.id,
      incident_id: 'a',
      at: 2,
      kind: 'note',
      by_user: 'u',
      said_json: 'two',
    }),
  ]);
  const f = async (filter: object, want: string) => {
    const { items } = await incidents.list({ limit: 10, state: 'all', ...filter });
    t.equal(items.map((row) => row.id).join(''), want, JSON.stringify(filter));
  };
  await f({}, 'edcba');
  await f({ state: 'open' }, 'eba');
  await f({ state: 'resolved' }, 'dc');
  await f({ clientId: bolt.client.id }, 'e');
  await f({ deviceId: acme.device.id, state: 'open' }, 'ba');
  const first = await incidents.list({ limit: 1, state: 'all' });
  await f({ cursor: first.next }, 'dcba');

  const names = (rows: { id: string }[]) => rows.map((row) => row.id).join('');
  t.equal(names(await incidents.open()), 'eba');
  t.equal(names(await incidents.recent(60)), 'edba');
  t.same(
    (await incidents.events('a')).map((row) => row.said_json),
    ['one', 'two'],
  );
});

t.test('presence: the intervals that overlap a range', async (t) => {
  const store = await tempStore(t);
  const tenant = await addTenant(store, 'Acme');
  const { presence } = store.scoped(everyClient);
  const add = (start_ms: number, end_ms: number) =>
    presence.insertStatement({
      client_id: tenant.client.id,
      device_id: tenant.device.id,
      start_ms,
      end_ms,
      state: 'up',
      reason: 'reports',
      evidence_json: '{}',
      revised: 0,
    });
  await store.commit([add(0, 10), add(10, 20), add(20, 30), add(40, 50)]);
  const f = async (fromMs: number, toMs: number, want: number[]) => {
    const rows = await presence.between(tenant.device.id, fromMs, toMs);
    t.same(
      rows.map((row) => row.start_ms),
      want,
      `${fromMs}..${toMs}`,
    );
  };
  await f(0, 100, [0, 10, 20, 40]);
  await f(10, 20, [10]);
  await f(15, 25, [10, 20]);
  await f(12, 13, [10]);
  await f(30, 40, []);
  await f(32, 35, []);
  await f(45, 46, [40]);
  await f(60, 70, []);
  t.match(await presence.last(tenant.device.id), { start_ms: 40 });

  await t.rejects(store.commit([add(40, 45)]), { code: 'conflict' }, 'the same start twice');
  await t.rejects(store.commit([add(60, 60)]), /CHECK/, 'an empty interval');
  const [row] = await presence.between(tenant.device.id, 40, 41);
  await store.commit([presence.deleteStatement(row!.id), add(40, 60)]);
  t.match(await presence.last(tenant.device.id), { start_ms: 40, end_ms: 60 });
});

t.test('users: first account once, unique addresses, the last admin stays', async (t) => {
  const store = await tempStore(t);
  const user = { email: ' Ada@Example.org ', name: 'Ada', role: 'admin', passwordHash: 'x' } as const;
  const outcomes = await Promise.allSettled([
    store.users.createFirst(user),
    store.users.createFirst({ ...user, email: 'b@c' }),
  ]);
  t.same(
    outcomes.map((outcome) => outcome.status).toSorted(),
    ['fulfilled', 'rejected'],
    'two at once make one account',
  );
  const ada = (await store.users.list())[0]!;
  t.equal((await store.users.byEmail(ada.email.toUpperCase()))?.id, ada.id);
  await t.rejects(store.users.create({ ...user, email: ada.email }), { code: 'conflict', message: /e-mail/ });
  await t.rejects(store.users.disable(ada.id), { code: 'conflict', message: /last admin/ });

  const bob = await store.users.create({ ...user, email: 'bob@example.org' });
  await store.sessions.insert({
    id: 's',
    token_hash: randomBytes(32),
    user_id: ada.id,
    created_at: 0,
    last_seen_at: 0,
    expires_at: 1,
    revoked_at: null,
  });
  await store.users.disable(ada.id);
  t.ok((await store.sessions.get('s'))?.revoked_at, 'disabling revokes the sessions');
  t.equal(await store.users.byEmail(ada.email), null);
  t.match(await store.users.get(ada.id), { name: 'Ada' }, 'the name stays readable');
  await t.rejects(store.users.disable(ada.id), { code: 'not_found' });
  await t.rejects(store.users.setPasswordHash(ada.id, 'y'), { code: 'not_found' });
  await store.users.setPasswordHash(bob.id, 'y');
  t.match(await store.users.get(bob.id), { password_hash: 'y' });
  await t.rejects(store.users.createFirst(user), { code: 'first_run_closed' });
  t.ok(await store.users.create({ ...user, email: ada.email }), 'the address of a disabled user is free');
});
