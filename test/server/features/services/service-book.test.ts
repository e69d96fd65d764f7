import t, { type Test } from 'tap';
import type { CheckInput, ServiceInput } from '../../../../protocol/api/service.ts';
import { SentenceError } from '../../../../protocol/error.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import type { Stretch } from '../../../../server/domain/sla/sources.ts';
import { heard } from '../../../../server/fleet/device-connection.ts';
import { checkReport, startServices } from '../../../support/services.ts';
import { spoken } from '../../../support/spoken.ts';
import { addTenant, type Tenant, type TestClock, tempStore } from '../../../support/store.ts';

const START = 1_800_000_000_000;
const actor = { id: 'u1', name: 'Ada' };
const at = (seconds: number) => START + seconds * 1000;

function checkOf({ client, device }: Tenant, name: string): CheckInput {
  const target = { kind: 'process', name: 'sqlservr' } as const;
  const pace = { intervalSeconds: 10, timeoutSeconds: 5, forSeconds: 0, priority: 'high' } as const;
  return { clientId: client.id, deviceId: device.id, name, target, ...pace };
}

function serviceOf({ client }: Tenant, over: Partial<ServiceInput> = {}): ServiceInput {
  const nothing = { deviceIds: [], needed: 0, checkIds: [], blocks: null, targetPpm: null };
  return { clientId: client.id, name: 'Invoicing', ...nothing, ...over };
}

function stretch(from: number, to: number, state: Stretch['state']): Stretch {
  return { start: at(from), end: at(to), state, reason: state, said: typed(state), author: null, revised: false };
}

const brief = (ledger: readonly Stretch[]) =>
  ledger.map(({ start, end, state }) => [(start - START) / 1000, (end - START) / 1000, state]);

async function setUp(test: Pick<Test, 'teardown'>) {
  const clock: TestClock = { nowMs: START };
  const store = await tempStore(test, clock);
  const tenant = await addTenant(store, 'Acme');
  const server = await startServices(test, { store, clock });
  let position = 0;
  const tell = async (checkId: string, seconds: number, up: boolean) => {
    clock.nowMs = at(seconds);
    position += 1;
    await server.watch.takeReports(position, [checkReport(tenant.device.id, checkId, { at: at(seconds), up })]);
  };
  return { clock, store, tenant, server, tell };
}

t.test('a failing check of a service is explained by one incident of the service', async (t) => {
  const { clock, store, tenant, server, tell } = await setUp(t);
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  const input = serviceOf(tenant, { checkIds: [id], blocks: 'invoicing' });
  const service = await server.servicePort.create(everyClient, input, actor);
  await tell(id, 10, true);
  await server.watch.tick();
  t.match(server.servicePort.get(everyClient, service.id), { state: 'up', slug: 'invoicing' });
  await tell(id, 20, false);
  t.same(server.written, ['service.down open', 'check.failed open'], 'the cause of both first');
  const incidents = await store.db.selectFrom('incident').selectAll().orderBy('rule').execute();
  t.match(spoken(incidents), [
    { rule: 'check.failed', parent_id: incidents[1]?.id },
    {
      rule: 'service.down',
      priority: 'emergency',
      service_id: service.id,
      said_json: /Database fails\. It stops invoicing\.$/,
    },
  ]);
  const outbox = await store.db.selectFrom('outbox').selectAll().execute();
  t.equal(outbox.length, 1, 'one message');

  const again = await startServices(t, { store, clock });
  await again.watch.tick();
  t.same(again.written, [], 'a restart raises nothing anew');

  await tell(id, 30, true);
  await server.watch.tick();
  t.same(server.written.slice(2), ['check.failed resolved', 'service.down resolved']);
});

t.test('a machine that is gone is explained by the service that needs it', async (t) => {
  const { clock, store, tenant, server, tell } = await setUp(t);
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  const machines = { deviceIds: [tenant.device.id], needed: 1 };
  await server.servicePort.create(everyClient, serviceOf(tenant, machines), actor);
  await tell(id, 10, true);
  await server.watch.tick();
  const record = server.fleet.require(tenant.device.id);
  clock.nowMs = at(20);
  await server.watch.takeGoodbye(record, 'shutdown');
  clock.nowMs = at(21);
  await server.watch.tick();
  const open = () => Object.fromEntries([...server.book.open()].map((incident) => [incident.rule, incident]));
  const service = open()['service.down'];
  t.match(service, { siteId: tenant.site.id, onsetAt: at(21) }, 'the service stands at the site of its machine');
  t.equal(open().contact?.parentId, service?.id);
  const parents = await store.db.selectFrom('incident').select(['rule', 'parent_id']).orderBy('rule').execute();
  t.same(parents, [
    { rule: 'contact', parent_id: service?.id },
    { rule: 'service.down', parent_id: null },
  ]);

  clock.nowMs = at(30);
  await tell(id, 30, true);
  heard(record.connection, at(30));
  await server.watch.tick();
  await server.watch.tick();
  t.same([...server.book.open()], [], 'both end with its return');
});

t.test('a restart of the server keeps since when a service is what it is', async (t) => {
  const { clock, store, tenant, server, tell } = await setUp(t);
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  const service = await server.servicePort.create(everyClient, serviceOf(tenant, { checkIds: [id] }), actor);
  await tell(id, 10, true);
  await server.watch.tick();
  const { since, state } = server.servicePort.get(everyClient, service.id);
  t.equal(state, 'up');
  await server.watch.snapshot();
  clock.nowMs = at(2_000_000);
  const again = await startServices(t, { store, clock });
  await again.watch.tick();
  t.match(again.servicePort.get(everyClient, service.id), { state: 'unknown' }, 'nobody has said anything yet');
  await again.watch.tick();
  await again.watch.takeReports(9, [checkReport(tenant.device.id, id, { at: clock.nowMs, up: true })]);
  await again.watch.tick();
  t.match(again.servicePort.get(everyClient, service.id), { state: 'up', since });
});

t.test('since when a service is what it is is written again after the database refused it', async (t) => {
  const clock: TestClock = { nowMs: START };
  const real = await tempStore(t, clock);
  const tenant = await addTenant(real, 'Acme');
  let isRefusing = false;
  const store: typeof real = {
    ...real,
    commit: async (statements) => {
      if (isRefusing) throw new SentenceError('conflict', 'No.');
      await real.commit(statements);
    },
  };
  const server = await startServices(t, { store, clock });
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  await server.servicePort.create(everyClient, serviceOf(tenant, { checkIds: [id] }), actor);
  await server.watch.takeReports(1, [checkReport(tenant.device.id, id, { at: START, up: true })]);
  isRefusing = true;
  await server.watch.tick();
  t.notOk(await real.settings.get('services.live'));
  isRefusing = false;
  clock.nowMs = at(1);
  await server.watch.tick();
  t.match(await real.settings.get('services.live'), [[String, { state: 'up', since: START }]]);
});

t.test('what a person resolves while it is down is not raised again every second', async (t) => {
  const { tenant, server, tell } = await setUp(t);
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  await server.servicePort.create(everyClient, serviceOf(tenant, { checkIds: [id] }), actor);
  await tell(id, 10, false);
  const [incident] = [...server.book.open()].filter(({ rule }) => rule === 'service.down');
  if (incident) server.book.put({ ...incident, state: 'resolved', resolvedAt: at(11), updatedAt: at(11) });
  await server.watch.tick();
  await tell(id, 20, false);
  t.same(server.written, ['service.down open', 'check.failed open']);
});

t.test('the ledger follows its members and keeps what each version was made of', async (t) => {
  const { clock, tenant, server, tell } = await setUp(t);
  const { id } = await server.checkPort.create(everyClient, checkOf(tenant, 'Database'), actor);
  const deviceId = tenant.device.id;
  const input = serviceOf(tenant, { deviceIds: [deviceId], needed: 1 });
  const service = await server.servicePort.create(everyClient, input, actor);
  for (let seconds = 10; seconds <= 100; seconds += 10) await tell(id, seconds, seconds < 40 || seconds > 60);
  server.deviceLedgers.set(deviceId, [stretch(0, 80, 'up'), stretch(80, 90, 'down'), stretch(90, 1_000, 'up')]);
  t.same(
    brief(await server.source.ledger(service.id, START, at(500))),
    [
      [0, 80, 'up'],
      [80, 90, 'down'],
      [90, 100, 'up'],
    ],
    'as long as no check is part of it',
  );
  await server.servicePort.change(everyClient, service.id, { ...input, checkIds: [id] }, actor);
  t.same(brief(await server.source.ledger(service.id, START, at(500))).length, 3, 'the past stays');
  for (let seconds = 110; seconds <= 150; seconds += 10) await tell(id, seconds, seconds !== 130);
  t.same(brief(await server.source.ledger(service.id, at(90), at(500))), [
    [90, 100, 'up'],
    [100, 120, 'up'],
    [120, 140, 'down'],
    [140, 150, 'up'],
  ]);
  t.same(server.source.list(), [
    { id: service.id, clientId: tenant.client.id, name: 'Invoicing', since: START, targetPpm: null },
  ]);

  await t.test('a check that a service needs cannot go; one that it needed keeps its past', async (t) => {
    await t.rejects(server.checkPort.remove(everyClient, id, actor), {
      code: 'conflict',
      message: /"Invoicing" depends/,
    });
    const before = brief(await server.source.ledger(service.id, START, at(150)));
    await server.servicePort.change(everyClient, service.id, input, actor);
    await server.checkPort.remove(everyClient, id, actor);
    t.throws(() => server.checkPort.get(everyClient, id), { code: 'not_found' });
    t.same(brief(await server.source.ledger(service.id, START, at(150))), before);
  });

  await t.test('a check of the machine is down with it, whatever it said', async (t) => {
    const { id: other } = await server.checkPort.create(everyClient, checkOf(tenant, 'Queue'), actor);
    const more = await server.servicePort.create(everyClient, serviceOf(tenant, { checkIds: [other] }), actor);
    server.deviceLedgers.set(deviceId, [stretch(0, 170, 'up'), stretch(170, 200, 'down'), stretch(200, 999, 'up')]);
    clock.nowMs = at(210);
    t.same(brief(await server.source.ledger(more.id, START, at(210))), [
      [150, 170, 'unknown'],
      [170, 200, 'down'],
      [200, 210, 'unknown'],
    ]);
  });
});

t.test('what is hardly meant is accepted with a warning, what cannot be is refused with a sentence', async (t) => {
  const { store, tenant, server } = await setUp(t);
  const other = await addTenant(store, 'Bolt');
  await server.fleet.load();
  const make = (over: Partial<ServiceInput>) => server.servicePort.create(everyClient, serviceOf(tenant, over), actor);
  const deviceIds = [tenant.device.id];
  const warned: readonly (readonly [Partial<ServiceInput>, RegExp])[] = [
    [{}, /no device and no check/],
    [{ deviceIds, needed: 0 }, /its devices have no part/],
    [{ deviceIds, needed: 2 }, /can never be up/],
    [{ deviceIds, needed: 1 }, /has no check/],
  ];
  for (const [over, warning] of warned) t.match((await make(over)).warnings.join(' '), warning);
  t.same((await make({})).slug, 'invoicing-5', 'a name may come twice');
  const refused: readonly (readonly [Partial<ServiceInput>, string, RegExp])[] = [
    [{ deviceIds: ['nobody'] }, 'not_found', /not one of this client/],
    [{ deviceIds: [other.device.id] }, 'not_found', /not one of this client/],
    [{ checkIds: ['nothing'] }, 'not_found', /not one of this client/],
    [{ deviceIds: [...deviceIds, ...deviceIds] }, 'validation_failed', /named twice/],
    [{ targetPpm: 0 }, 'validation_failed', /between 0 % and 100 %/],
    [{ targetPpm: 1_000_000 }, 'validation_failed', /between 0 % and 100 %/],
    [{ targetPpm: 1_010_000 }, 'validation_failed', /between 0 % and 100 %/],
    [{ name: 'a\nb' }, 'validation_failed', /one line/],
    [{ clientId: 'nobody' }, 'not_found', /no such client/],
  ];
  for (const [over, code, message] of refused) await t.rejects(make(over), { code, message });
});

t.test('a check that cannot be is refused with a sentence', async (t) => {
  const { store, tenant, server } = await setUp(t);
  const other = await addTenant(store, 'Bolt');
  await server.fleet.load();
  const http = (url: string, over = {}) => ({ target: { kind: 'http', url, ...over } as CheckInput['target'] });
  const refused: readonly (readonly [Partial<CheckInput>, RegExp])[] = [
    [{ deviceId: 'nobody' }, /no such device/],
    [{ deviceId: other.device.id }, /no such device/],
    [{ deviceId: null }, /Only the agent of a machine sees its processes/],
    [{ timeoutSeconds: 11 }, /longer than the interval/],
    [http('ftp://shop/'), /begin with http/],
    [http('shop.example'), /begin with http/],
    [http('https://ada:secret@shop.example/'), /name or a password/],
    [http('https://shop.example/', { maxMs: 5_001 }), /"maxMs" cannot be longer/],
    [{ target: { kind: 'tcp', host: 'db:5432', port: 1 } }, /without a port/],
    [{ name: 'a\u0000b' }, /control characters/],
  ];
  const good = checkOf(tenant, 'x');
  for (const [over, message] of refused) {
    await t.rejects(server.checkPort.create(everyClient, { ...good, ...over }, actor), { message });
  }
  for (let count = 0; count < 64; count += 1) await server.checkPort.create(everyClient, good, actor);
  await t.rejects(server.checkPort.create(everyClient, good, actor), { code: 'conflict', message: /64 checks/ });
  const [first] = server.checkPort.list(everyClient, { deviceId: tenant.device.id });
  await t.rejects(server.checkPort.change(everyClient, first?.id ?? '', { ...good, deviceId: null }, actor), {
    message: /stays with its client/,
  });
  const renamed = await server.checkPort.change(everyClient, first?.id ?? '', { ...good, name: 'Renamed' }, actor);
  t.equal(renamed.name, 'Renamed');
  const loaded = await startServices(t, { store, clock: { nowMs: START } });
  t.equal(loaded.checkPort.get(everyClient, renamed.id).name, 'Renamed', 'as it is stored');
});

t.test('a service that a clock ahead has changed is what it was made of, from when that was', async (t) => {
  const { clock, tenant, server } = await setUp(t);
  const service = await server.servicePort.create(everyClient, serviceOf(tenant), actor);
  clock.nowMs = at(3_600);
  await server.servicePort.change(everyClient, service.id, serviceOf(tenant, { name: 'Billing' }), actor);
  server.services.clockSet({ sizeMs: -3_600_000, now: at(10), since: at(1_800) });
  const known = server.services.get(service.id);
  t.same(
    known?.versions.map(({ from }) => from),
    [at(0), at(0)],
  );
  t.equal(known?.createdAt, at(0));
});
