import t, { type Test } from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import type { Said } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { createSettings } from '../../../../server/features/settings/create-settings.ts';
import { PolicyBook } from '../../../../server/features/settings/policy-book.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

const GiB = 1024 ** 3;
const DAY = 86_400_000;

async function desk(t: Test) {
  const server = await startHttp(t);
  const acme = await addTenant(server.store, 'Acme');
  const bolt = await addTenant(server.store, 'Bolt');
  await server.store.scoped(everyClient).devices.update(acme.device.id, { tags: ['db', 'ups'] });
  for (const { device } of [acme, bolt]) await server.fleet.reload(device.id);
  const admin = await server.keyed('admin');
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = admin) =>
    server.request(method, `/api/v1${path}`, { headers, body });
  const put = (id: string, values: unknown, headers = admin) => ask('PUT', `/policies/${id}`, { values }, headers);
  const effective = async (name: string, id = acme.device.id, query = '') =>
    (await ask('GET', `/devices/${id}/settings${query}`)).body.values.find(
      (one: { name: string }) => one.name === name,
    );
  return { ...server, acme, bolt, admin, ask, put, effective };
}

t.test('each value of a device says where it comes from', async (t) => {
  const { acme, ask, put, effective, clock } = await desk(t);
  t.same(await effective('disk.high.belowBytes'), { name: 'disk.high.belowBytes', value: 5 * GiB, source: null });
  const from = new Date(clock.nowMs).toISOString();
  await put('default', { 'disk.high.belowBytes': GiB, 'cpu.raiseRatio': 0.9 });
  await put(`site:${acme.site.id}`, { 'disk.high.belowBytes': 2 * GiB });
  t.match(await effective('disk.high.belowBytes'), {
    value: 2 * GiB,
    source: { policy: `site:${acme.site.id}`, level: 'site', version: 2, from, by: { name: 'admin key' } },
  });
  t.match(await effective('cpu.raiseRatio'), { value: 0.9, source: { policy: 'default', version: 1 } });
  clock.nowMs += 60_000;
  t.match(await ask('DELETE', `/policies/site:${acme.site.id}`), { status: 204 });
  t.match(await effective('disk.high.belowBytes'), { value: GiB, source: { level: 'default' } });
  t.match(await effective('disk.high.belowBytes', acme.device.id, `?at=${from}`), { value: 2 * GiB }, 'as it was then');
  const { body } = await ask('GET', `/policies/site:${acme.site.id}`);
  t.match(body.items, [
    { version: 3, values: null },
    { version: 2, values: { 'disk.high.belowBytes': 2 * GiB } },
  ]);
  t.same(
    (await ask('GET', '/policies')).body.items.map(({ id }: { id: string }) => id),
    ['default'],
  );
  for (const at of [clock.nowMs + 1, clock.nowMs - 20 * DAY])
    t.match(await ask('GET', `/devices/${acme.device.id}/settings?at=${at}`), {
      status: 400,
      body: { error: { message: /last 15 days/ } },
    });
});

t.test('of two tags the rank decides, and a client may have its own', async (t) => {
  const { acme, bolt, ask, effective, put } = await desk(t);
  await put('tag:db', { 'cpu.raiseRatio': 0.6 });
  await ask('PUT', '/policies/tag:ups', { values: { 'cpu.raiseRatio': 0.7 }, rank: 5 });
  t.match(await effective('cpu.raiseRatio'), { value: 0.7, source: { policy: 'tag:ups' } });
  await put(`tag:db@${acme.client.id}`, { 'cpu.raiseRatio': 0.8 });
  t.match(await effective('cpu.raiseRatio'), { value: 0.8, source: { policy: `tag:db@${acme.client.id}` } });
  await put(`kind:server@${bolt.client.id}`, { 'cpu.raiseRatio': 0.9 });
  t.match(await effective('cpu.raiseRatio', bolt.device.id), { value: 0.9 });
  t.match(await ask('PUT', '/policies/default', { values: {}, rank: 1 }), {
    status: 400,
    body: { error: { message: /leave "rank" out/ } },
  });
});

t.test('what is refused says why', async (t) => {
  const { acme, bolt, ask, put, keyed, policies, store, request, admin, base } = await desk(t);
  const f = async (id: string, values: unknown, want: RegExp) =>
    t.match(
      await put(id, values),
      { status: 400, body: { error: { message: want } } },
      `${id} ${JSON.stringify(values)}`,
    );
  await f('default', { 'cpu.raiseRatio': 1.5 }, /"cpu.raiseRatio" is 1.5; it must be at most 1/);
  await f('default', { 'cpu.forMs': -1 }, /at least 0/);
  await f('default', { 'cpu.forMs': 1.5 }, /whole number/);
  await f('default', { 'cpu.busy': 1 }, /no setting "cpu.busy"/);
  await f('default', { constructor: 1 }, /no setting "constructor"/);
  await f('default', { 'cpu.forMs': '60000' }, /cpu.forMs/);
  const proto = await fetch(`${base}/api/v1/policies/default`, {
    method: 'PUT',
    headers: { ...admin, 'content-type': 'application/json' },
    body: '{"values":{"__proto__":{"x":1}}}',
  });
  t.equal(proto.status, 400, 'nor a prototype');
  const known = [
    `site:${bolt.site.id}x`,
    'device:none',
    'client:none',
    'tag:db@none',
    'planet:mars',
    'kind:printer',
    'tag:A',
  ];
  for (const id of known) t.match(await put(id, {}), { status: 404 }, id);
  t.match(await ask('DELETE', '/policies/default'), { status: 404 }, 'there is none');
  await store.scoped(everyClient).devices.retire(acme.device.id);
  t.match(await put(`device:${acme.device.id}`, {}), { status: 404 }, 'it was retired');

  const technician = await keyed('technician');
  t.match(await put('default', {}, technician), { status: 403, body: { error: { message: /admin/ } } });
  t.match(await put(`device:${bolt.device.id}`, {}, technician), { status: 200 });
  const own = await keyed('admin', bolt.client.id);
  t.match(await put('default', {}, own), { status: 403 });
  t.match(await put('tag:db', {}, own), { status: 403 }, 'a tag of every client');
  t.match(await put(`tag:db@${bolt.client.id}`, {}, own), { status: 200 });
  t.match(await put(`client:${acme.client.id}`, {}, own), { status: 404 });
  t.match(await put(`tag:db@${acme.client.id}`, {}, own), { status: 404 });
  await put('default', {});
  await put(`client:${bolt.client.id}`, {});
  const { body } = await request('GET', `/api/v1/policies/client:${bolt.client.id}`, { headers: own });
  t.equal(body.items[0].by.name, null, 'nor does it tell who works here');
  t.match(await request('GET', '/api/v1/policies/default', { headers: own }), { status: 404 });
  t.equal([...policies.shelf.standing(Number.MAX_SAFE_INTEGER)].length, 4);
});

t.test('a policy is changed so often, and no more', async (t) => {
  const { put, store, policies, clock } = await desk(t);
  for (let count = 0; count < 200; count += 1) await put('default', {});
  t.match(await put('default', {}), { status: 409, body: { error: { message: /200 times lately/ } } });
  policies.prune(clock.nowMs);
  t.match(await put('default', { 'cpu.raiseRatio': 0.8 }), { status: 200 });
  t.match(await store.audit.verify(), { ok: true });
});

t.test('what an older version stored out of bounds is told and passed over; what is old is removed', async (t) => {
  let now = 100 * DAY;
  const store = await tempStore(t, {
    get nowMs() {
      return now;
    },
  });
  const fleet = new Fleet(store);
  const add = (policy: string, from: number, values: string | null) =>
    store.scoped(everyClient).policies.insert({
      policy,
      client_id: null,
      rank: 0,
      values_json: values,
      from_ms: from,
      by_id: 'u',
      by_name: 'Ann',
    });
  await add('default', DAY, '[["cpu.raiseRatio",7],["gone",1]]');
  let told: Said | null = null;
  const tell = (fault: Said | null): void => {
    told = fault;
  };
  const open = async () => {
    const book = new PolicyBook(defaultSettings);
    await book.load(store);
    const actOnStore = () => Promise.reject(new Error('nobody acts'));
    const made = createSettings({ store, fleet, now: () => now, tell, book, keepMs: 15 * DAY, actOnStore });
    return { book, daily: made.daily[0]! };
  };
  await open();
  t.equal(
    told && plain(told, now),
    'A stored value of the setting cpu.raiseRatio is passed over, in the policy default: this version of Vigia cannot use it. Set it anew. So is 1 other value.',
  );
  await add('default', 2 * DAY, '[["cpu.raiseRatio",0.8]]');
  await add('kind:server', 3 * DAY, '[]');
  await add('kind:server', 4 * DAY, null);
  const { book, daily } = await open();
  t.equal(told, null);
  const rows = async () => (await store.scoped(everyClient).policies.all()).map(({ version }) => version);
  t.same(await daily.remove(now - 84 * DAY), { versions: 0 }, 'all of it may be asked for');
  t.same(await daily.remove(now), { versions: 3 });
  t.same(await rows(), [2]);
  t.same(
    [...book.shelf.all()].map(({ version }) => version),
    [2],
  );
  now += DAY;
  t.same(await daily.remove(now), { versions: 0 });
});

t.test(
  'what was said of a machine can be removed, however often it was changed and when the machine is gone',
  async (t) => {
    const { acme, bolt, ask, put, keyed, store, clock } = await desk(t);
    const technician = await keyed('technician');
    const id = `device:${acme.device.id}`;
    for (let round = 0; round < 200; round += 1) {
      clock.nowMs += 1;
      t.match(await put(id, { 'cpu.raiseRatio': 1 }, technician), { status: 200 });
    }
    t.match(await put(id, {}), { status: 409, body: { error: { message: /Remove it/ } } });
    t.match(await ask('DELETE', `/policies/${id}`), { status: 204 }, 'nobody is silenced for two weeks');
    t.match(await ask('DELETE', `/policies/${id}`), { status: 404 }, 'so there is one more version at most');
    await put(`device:${bolt.device.id}`, { 'cpu.raiseRatio': 1 });
    await store.scoped(everyClient).devices.retire(bolt.device.id);
    t.match(await put(`device:${bolt.device.id}`, {}), { status: 404 });
    const other = await keyed('admin', acme.client.id);
    t.match(await ask('DELETE', `/policies/device:${bolt.device.id}`, undefined, other), { status: 404 });
    t.match(await ask('DELETE', `/policies/device:${bolt.device.id}`), { status: 204 });
    t.same((await ask('GET', '/policies')).body.items, []);
  },
);
