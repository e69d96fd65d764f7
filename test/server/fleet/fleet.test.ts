import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { typed } from '../../../protocol/said/said.ts';
import { createOwnActs } from '../../../server/cli/own-acts.ts';
import { IncidentBook } from '../../../server/core/incidents/incident-book.ts';
import { everyClient, ofClients } from '../../../server/domain/scope.ts';
import { exportFleet } from '../../../server/features/devices/export-view.ts';
import { createFleetPort } from '../../../server/features/devices/fleet-port.ts';
import { detail, summarise } from '../../../server/features/devices/summary.ts';
import { judged } from '../../../server/fleet/device-connection.ts';
import { identify } from '../../../server/fleet/device-identity.ts';
import { writeDeviceMemory } from '../../../server/fleet/device-memory.ts';
import { showProcesses } from '../../../server/fleet/device-shown.ts';
import { Fleet } from '../../../server/fleet/fleet.ts';
import { Health } from '../../../server/platform/health/health.ts';
import type { StoreHandle } from '../../../server/platform/store/store.ts';
import type { Turn } from '../../../server/platform/store/turn.ts';
import { metricsOf } from '../../support/reading.ts';
import { addTenant, tempStore } from '../../support/store.ts';
import { storedReport } from '../../support/stored-report.ts';

const START = Date.UTC(2026, 2, 1);

async function setUp(t: Test) {
  const store = await tempStore(t, { nowMs: START });
  const [acme, globex] = [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, 3_600_000);
  return { store, acme, globex, fleet, book, record: fleet.devices.get(acme.device.id)! };
}

const values = {
  'cpu.busy': 2_500,
  'memory.size': 1_000,
  'memory.available': 250,
  'fs.size[/]': 1_000,
  'fs.available[/]': 900,
  'fs.inodes[/]': 50,
  'fs.inodesFree[/]': 20,
  'fs.readOnly[/]': 1,
  'fs.size[/mnt]': 2_000,
  'fs.available[/mnt]': 200,
  'fs.size[/gone]': null,
  'fs.available[/gone]': null,
};
const metrics = metricsOf(values);
const latest = (at: number) =>
  storedReport({ at, metrics, scaled: Object.values(values), clocks: { wallMs: at, monotonicMs: 1, bootMs: 100_400 } });

t.test('a device is found by its key, follows its row, and is gone when it is retired', async (t) => {
  const { store, fleet, acme, record } = await setUp(t);
  const key = acme.device.public_key;
  t.equal(fleet.byPublicKey(key), record);
  t.equal(fleet.require(record.info.id), record);
  t.throws(() => fleet.byPublicKey(randomBytes(32)), { code: 'agent_unknown' });
  t.throws(() => fleet.require('none'), { code: 'not_found' });
  const { devices } = store.scoped(everyClient);
  await devices.update(record.info.id, { name: 'renamed' });
  t.equal(await fleet.reload(record.info.id), record, 'the same record, so that links and screens keep it');
  t.equal(record.info.name, 'renamed');
  await devices.retire(record.info.id);
  t.equal(await fleet.reload(record.info.id), null);
  t.equal(await fleet.reload('none'), null);
  t.throws(() => fleet.byPublicKey(key), { code: 'agent_retired' });
  const restarted = new Fleet(store);
  await restarted.load();
  t.throws(() => restarted.byPublicKey(key), { code: 'agent_retired' });
  await devices.revive(record.info.id);
  const revived = await fleet.reload(record.info.id);
  t.equal(fleet.byPublicKey(key), revived);
});

t.test('the newest cursor of all devices, so that a new journal goes on behind it', async (t) => {
  const { store, record, acme } = await setUp(t);
  const row = { device_id: record.info.id, client_id: acme.client.id, state_json: writeDeviceMemory(record.memory) };
  await store.commit([store.scoped(everyClient).deviceStates.saveStatement({ ...row, cursor: 41, saved_at: 1 })]);
  const fleet = new Fleet(store);
  await fleet.load();
  t.equal(fleet.newestCursor(7), 41);
  t.equal(fleet.newestCursor(99), 99);
});

t.test('runs that were saved by their ids are known again', async (t) => {
  const { store, record, acme } = await setUp(t);
  const saved = { ...record.memory, runs: { a: { ranges: [[1, 3]], at: 5 } } };
  const row = { device_id: record.info.id, client_id: acme.client.id, state_json: JSON.stringify(saved) };
  await store.commit([store.scoped(everyClient).deviceStates.saveStatement({ ...row, cursor: 41, saved_at: 1 })]);
  const fleet = new Fleet(store);
  await fleet.load();
  t.same(fleet.devices.get(record.info.id)?.memory.runs, [{ runId: 'a', ranges: [[1, 3]], at: 5 }]);
});

t.test('the row of a device', async (t) => {
  const { fleet, book, record } = await setUp(t);
  t.match(summarise(record, book, 0), {
    state: 'pending',
    lastReportAt: null,
    bootAt: null,
    cpuBusyRatio: null,
    memoryUsedRatio: null,
    fullestDisk: null,
    openIncidents: 0,
    worstPriority: null,
  });
  fleet.setLatest(record, latest(START));
  const raise = (priority: 'normal' | 'high', object: string) =>
    book.step(
      {
        kind: 'raise',
        rule: 'disk.space',
        object,
        priority,
        said: typed(''),
        evidence: { metrics: [], threshold: null },
        onset: 1,
        at: 1,
      },
      { clientId: record.info.client_id, siteId: record.info.site_id, deviceId: record.info.id },
    );
  raise('normal', '/a');
  raise('high', '/b');
  raise('normal', '/c');
  t.match(summarise(record, book, 0), {
    lastReportAt: '2026-03-01T00:00:00.000Z',
    bootAt: '2026-02-28T23:58:20.000Z',
    cpuBusyRatio: 0.25,
    memoryUsedRatio: 0.75,
    fullestDisk: { mountpoint: '/mnt', usedRatio: 0.9, availableBytes: 200 },
    openIncidents: 3,
    worstPriority: 'high',
  });
  fleet.setLatest(record, storedReport({ at: START, metrics: metricsOf({ 'memory.size': 0 }), scaled: [0] }));
  t.match(summarise(record, book, 0), { cpuBusyRatio: null, memoryUsedRatio: null, fullestDisk: null });
});

t.test('a device, whole', async (t) => {
  const { fleet, book, record } = await setUp(t);
  t.match(detail(record, book, fleet, 0), {
    latest: [],
    fileSystems: [],
    processes: null,
    inventory: null,
    onboarding: [],
    remoteUrl: null,
    remoteLink: null,
    expectedHours: false,
  });
  fleet.setLatest(record, latest(START));
  showProcesses(record, START, [{ name: 'x', cpuRatio: 1, memoryBytes: 2, count: 3 }]);
  identify(record, { ...record.info, inventory_json: '{"cpu":"a"}', inventory_at: START });
  record.memory.detection.onboarding.set('disk.space|/', {
    rule: 'disk.space',
    object: '/',
    said: typed('full'),
    foundAt: START,
  });
  t.match(detail(record, book, fleet, 0), {
    fileSystems: [
      { mountpoint: '/', sizeBytes: 1_000, availableBytes: 900, inodes: 50, inodesFree: 20, readOnly: true },
      { mountpoint: '/mnt', inodes: null, readOnly: false },
      { mountpoint: '/gone', sizeBytes: null },
    ],
    processes: { at: '2026-03-01T00:00:00.000Z', items: [{ name: 'x' }] },
    inventory: { at: '2026-03-01T00:00:00.000Z', document: { cpu: 'a' } },
    onboarding: [{ rule: 'disk.space', object: '/', said: typed('full'), foundAt: '2026-03-01T00:00:00.000Z' }],
  });
  t.same(detail(record, book, fleet, 0).latest[0], { metric: 'cpu.busy', unit: 'ratio', kind: 'gauge', value: 0.25 });
});

t.test('a remote session opens by the template of the device, or else of its client', async (t) => {
  const { store, acme, fleet, book, record } = await setUp(t);
  const { clients, devices } = store.scoped(everyClient);
  await clients.update(acme.client.id, { remoteUrl: 'https://remote.test/{client}/{site}/{device}' });
  await fleet.loadCatalogue();
  t.match(detail(record, book, fleet, 0), { remoteUrl: null, remoteLink: /^https:..remote.test.acme.[^/]+.acme-srv$/ });
  const remoteUrl = 'https://own.test/#{hostname}';
  await devices.update(acme.device.id, { remoteUrl, expectedHours: true });
  await fleet.reload(acme.device.id);
  t.match(detail(record, book, fleet, 0), {
    remoteUrl,
    remoteLink: `https://own.test/#${record.info.hostname}`,
    expectedHours: true,
  });
});

t.test('the port shows what is in scope, and nothing else exists', async (t) => {
  const { store, acme, globex, fleet, book } = await setUp(t);
  const told: string[] = [];
  const port = createFleetPort({
    fleet,
    book,
    store,
    now: () => START,
    health: () => ({}) as never,
    unready: () => [],
    onDeviceChanged: (id, record, before) => told.push(`${id === before?.info.id} ${record ? 'changed' : 'retired'}`),
    onCatalogueChanged: () => told.push('catalogue'),
  });
  const scope = ofClients(acme.client.id);
  t.same(
    port.summaries(scope).map(({ id }) => id),
    [acme.device.id],
  );
  t.equal((await port.device(scope, acme.device.id))?.slug, 'acme-srv');
  t.equal(await port.device(scope, globex.device.id), null);
  t.same(await port.presence(scope, acme.device.id, START, START + 1), []);
  await t.rejects(port.presence(scope, globex.device.id, START, START + 1), { code: 'not_found' });
  await store.scoped(everyClient).clients.create('Initech');
  const { actOnStore } = createOwnActs(store, () => START);
  const follow = (work: (turn: Turn, handle: StoreHandle) => Promise<void>) =>
    actOnStore({ id: 'test' }, 'device.change', everyClient, async (turn, _scoped, handle) => {
      turn.record('test');
      await work(turn, handle);
    });
  await follow((turn, handle) => port.followCatalogue(turn, handle));
  t.equal(fleet.clients.size, 3);
  await follow((turn, handle) => port.followDevice(turn, handle, acme.device.id));
  await store.scoped(everyClient).devices.retire(acme.device.id);
  port.deviceRetired(acme.device.id);
  t.same(told, ['catalogue', 'true changed', 'true retired']);
});

t.test('what Prometheus scrapes', async (t) => {
  const { fleet, book, acme, globex, record } = await setUp(t);
  fleet.setLatest(record, latest(START));
  const f = (state: typeof record.connection.liveness.state, up: boolean | null) => {
    judged(record.connection, { ...record.connection.liveness, state });
    const [device] = exportFleet(fleet, book, ofClients(acme.client.id)).devices;
    t.equal(device?.up, up, state);
  };
  f('up', true);
  f('late', true);
  f('lost', false);
  f('off', false);
  f('asleep', false);
  f('unknown', null);
  f('pending', null);
  f('expected', null);
  const all = exportFleet(fleet, book, everyClient);
  const [first, second] = [...all.devices].sort((a, b) => a.device.localeCompare(b.device));
  t.match(first, { client: 'acme', site: 'main', device: 'acme-srv', lastReportAtMs: START });
  t.equal(first?.value('cpu.busy'), 0.25);
  t.equal(second?.value('cpu.busy'), null);
  t.same([...all.incidents].map(({ client }) => client).sort(), ['acme', globex.client.slug]);
});

t.test('health tells only of changes', async (t) => {
  const health = new Health();
  let changes = 0;
  health.onChange(() => {
    changes += 1;
  });
  health.set('a', null);
  t.equal(changes, 0);
  health.set('a', typed('one'));
  health.set('a', typed('one'));
  health.set('b', typed('two'));
  t.same(health.warnings, ['one', 'two']);
  t.equal(changes, 2);
  health.set('a', null);
  t.same(health.warnings, ['two']);
});

t.test('file systems that cannot be read, and those that nobody watches, are said', async (t) => {
  const { fleet, book, record } = await setUp(t);
  const said = {
    'fs.size[/]': 1_000,
    'fs.readable[/]': 1,
    'fs.size[/nfs]': null,
    'fs.readable[/nfs]': 0,
    'fs.size[/user]': null,
    'fs.readable[/user]': null,
    'fs.size[/old]': 5,
    'fs.leftOut[/a]': 4096,
    'fs.leftOut[/b]': 0,
    'fs.leftOutCount': 40,
  };
  const clocks = { wallMs: START, monotonicMs: 1, bootMs: 1 };
  fleet.setLatest(record, storedReport({ at: START, metrics: metricsOf(said), scaled: Object.values(said), clocks }));
  const { fileSystems, leftOut } = detail(record, book, fleet, 0);
  t.same(
    fileSystems.map(({ mountpoint, readable }) => [mountpoint, readable]),
    [
      ['/', true],
      ['/nfs', false],
      ['/user', null],
      ['/old', null],
    ],
  );
  t.same(leftOut, {
    count: 40,
    items: [
      { mountpoint: '/a', sizeBytes: 4096 },
      { mountpoint: '/b', sizeBytes: null },
    ],
  });
});
