import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Service } from '../../../../protocol/api/service.ts';
import type { LiveServerMessage, ServerHealth } from '../../../../protocol/api/view.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { everyClient, ofClients, type Scope } from '../../../../server/domain/scope.ts';
import { LiveHub } from '../../../../server/edge/live/live-hub.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { addTenant, tempStore } from '../../../support/store.ts';
import { storedReport } from '../../../support/stored-report.ts';
import { until } from '../../../support/until.ts';

const START = Date.UTC(2026, 2, 1);
const health: ServerHealth = {
  version: 'test',
  now: '2026-03-01T00:00:00.000Z',
  startedAt: '2026-03-01T00:00:00.000Z',
  judgingFrom: '2026-03-01T00:00:00.000Z',
  timeZone: 'UTC',
  reportIntervalMs: { server: 10_000, workstation: 60_000 },
  agentsConnected: 0,
  warnings: [],
  warningsSaid: [],
};

async function setUp(t: Test) {
  const store = await tempStore(t);
  const [acme, globex] = [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, 3_600_000);
  const services = new Map<string, Service>();
  const topics = { services: (id: string) => services.get(id) ?? null };
  const hub = new LiveHub({ fleet, book, health: () => health, now: () => 0, topics: () => topics });
  t.teardown(() => hub.close());
  const look = (scope: Scope) => {
    const messages: LiveServerMessage[] = [];
    const at: number[] = [];
    const listener = (message: LiveServerMessage): void => {
      at.push(performance.now());
      messages.push(message);
    };
    return { messages, at, ...hub.subscribe(scope, listener) };
  };
  const raise = (device: typeof acme.device, at = START) =>
    book.step(
      {
        kind: 'raise',
        rule: 'disk.space',
        object: '/',
        priority: 'high',
        said: typed('It is full.'),
        evidence: { metrics: [], threshold: null },
        onset: at,
        at,
      },
      { clientId: device.client_id, siteId: device.site_id, deviceId: device.id },
    )!.record;
  return { fleet, book, hub, services, acme, globex, look, raise, record: (id: string) => fleet.devices.get(id)! };
}

/** A message in short: what kinds of documents it holds, by name. */
function short(message: LiveServerMessage): string {
  if (message.type === 'points') return `points ${Object.keys(message.values).join()}`;
  if (message.type === 'device') return `device ${message.device.slug}`;
  const { devices, incidents, removedDevices, clients, sites, server } = message;
  return [
    server && 'server',
    clients && `clients ${clients.map(({ slug }) => slug).join()}`,
    sites && `sites ${sites.length}`,
    devices && `devices ${devices.map(({ slug }) => slug).join()}`,
    incidents && `incidents ${incidents.length}`,
    removedDevices && `removed ${removedDevices.length}`,
  ]
    .filter(Boolean)
    .join(' ');
}

t.test('changes go out together, once, the newest of each', async (t) => {
  const { hub, acme, look, raise, record } = await setUp(t);
  const page = look(everyClient);
  const device = record(acme.device.id);
  hub.deviceChanged(device);
  hub.deviceChanged(device);
  hub.incidentChanged(raise(acme.device));
  identify(device, { ...device.info, name: 'renamed' });
  hub.deviceChanged(device);
  hub.healthChanged();
  hub.catalogueChanged();
  t.equal(page.messages.length, 0, 'not before its time');
  await until('the message', () => page.messages.length > 0);
  t.same(page.messages.map(short), ['server clients acme,globex sites 2 devices acme-srv incidents 1']);
  t.match(page.messages[0], {
    devices: [{ name: 'renamed', openIncidents: 1, worstPriority: 'high' }],
    incidents: [{ state: 'open', assigneeName: null }],
  });
  hub.healthChanged();
  await until('the second message', () => page.messages.length > 1);
  t.same(short(page.messages[1]!), 'server', 'nothing is repeated');
});

t.test('documents of a feature go to those who may see them, as they are when they are sent', async (t) => {
  const { hub, services, acme, globex, look } = await setUp(t);
  const [everything, ofGlobex] = [look(everyClient), look(ofClients(globex.client.id))];
  const shown = { slug: 'billing', name: 'Billing' } as Service;
  const mail = { id: 'mail', clientId: acme.client.id };
  services.set('mail', { ...shown, ...mail, state: 'up' });
  hub.topicChanged('services', mail);
  services.set('mail', { ...shown, ...mail, state: 'down' });
  hub.topicChanged('services', mail);
  hub.topicChanged('services', { id: 'removed', clientId: globex.client.id });
  await until('the message', () => everything.messages.length > 0);
  hub.healthChanged();
  await until('the next ones', () => ofGlobex.messages.length > 0 && everything.messages.length > 1);
  t.match(everything.messages[0], { services: [{ id: 'mail', state: 'down' }] }, 'the newest, once');
  t.same(ofGlobex.messages.map(short), ['server'], 'nothing of another client, and nothing of what is gone');
  t.notOk(
    everything.messages.some((message, index) => index > 0 && 'services' in message),
    'nothing is repeated',
  );
});

t.test('after a quiet moment a change goes out at once, what follows a quarter of a second later', async (t) => {
  const { hub, acme, globex, look, record } = await setUp(t);
  const page = look(everyClient);
  hub.deviceChanged(record(acme.device.id));
  // Timers fire in the order of their due times, however busy the machine is.
  await setTimeout(100);
  t.same(page.messages.map(short), ['devices acme-srv']);
  hub.deviceChanged(record(acme.device.id));
  hub.deviceChanged(record(globex.device.id));
  await until('the others', () => page.messages.length > 1);
  t.same(page.messages.slice(1).map(short), ['devices acme-srv,globex-srv'], 'together');
  const [first = 0, second = 0] = page.at;
  // A timer counts from where its turn began, which on a busy machine is a while before it was set.
  t.ok(second - first >= 150, `${second - first} ms after the first`);
});

t.test('nobody sees anything of another client', async (t) => {
  const { hub, acme, globex, look, raise, record } = await setUp(t);
  const [all, one] = [look(everyClient), look(ofClients(acme.client.id))];
  one.watch({ deviceId: globex.device.id });
  t.same(one.messages, []);
  hub.deviceChanged(record(acme.device.id));
  hub.deviceChanged(record(globex.device.id));
  hub.incidentChanged(raise(globex.device));
  hub.catalogueChanged();
  await until('the messages', () => all.messages.length > 0 && one.messages.length > 0);
  t.same(all.messages.map(short), ['clients acme,globex sites 2 devices acme-srv,globex-srv incidents 1']);
  t.same(one.messages.map(short), ['clients acme sites 1 devices acme-srv']);
  hub.deviceRemoved(record(globex.device.id));
  await until('the removal', () => all.messages.length > 1);
  t.same(short(all.messages[1]!), 'removed 1');
  t.equal(one.messages.length, 1, 'what holds nothing for a page is not sent to it');
});

t.test('a page that watches a device gets it whole and its points, at once and on change', async (t) => {
  const { fleet, hub, acme, globex, look, record } = await setUp(t);
  const page = look(everyClient);
  page.watch({ deviceId: acme.device.id });
  t.same(page.messages.map(short), ['device acme-srv'], 'there are no points before the first report');
  fleet.setLatest(record(acme.device.id), storedReport({ at: START, scaled: [5_000, 7, null] }));
  hub.deviceChanged(record(acme.device.id));
  hub.deviceChanged(record(globex.device.id));
  await until('the messages', () => page.messages.length > 3);
  t.same(page.messages.slice(1).map(short), [
    'devices acme-srv,globex-srv',
    'device acme-srv',
    'points cpu.busy,net.rxBytes[eth0],fs.available[/]',
  ]);
  t.same(page.messages[3], {
    type: 'points',
    deviceId: acme.device.id,
    at: '2026-03-01T00:00:00.000Z',
    values: { 'cpu.busy': 0.5, 'net.rxBytes[eth0]': 7, 'fs.available[/]': null },
  });
  page.watch({ deviceId: null });
  hub.deviceChanged(record(acme.device.id));
  await until('the row alone', () => page.messages.length > 4);
  t.equal(page.messages.length, 5);
  hub.reported([record(acme.device.id)]);
  page.watch({ deviceId: 'no such device' });
  t.equal(page.messages.length, 5);
});

t.test('a device that is removed and brought back at once is there', async (t) => {
  const { hub, acme, look, record } = await setUp(t);
  const page = look(everyClient);
  hub.deviceRemoved(record(acme.device.id));
  hub.deviceChanged(record(acme.device.id));
  await until('the message', () => page.messages.length > 0);
  t.same(page.messages.map(short), ['devices acme-srv']);
});

t.test('what still happens to a retired device does not bring it back', async (t) => {
  const { fleet, hub, acme, look, record } = await setUp(t);
  const page = look(everyClient);
  const retired = record(acme.device.id);
  fleet.devices.delete(acme.device.id);
  hub.deviceRemoved(retired);
  hub.deviceChanged(retired);
  await until('the message', () => page.messages.length > 0);
  t.same(page.messages.map(short), ['removed 1']);
});

t.test('while nobody looks nothing is kept, and who has left gets nothing', async (t) => {
  const { hub, acme, look, record } = await setUp(t);
  hub.deviceChanged(record(acme.device.id));
  const [left, stays] = [look(everyClient), look(everyClient)];
  left.close();
  hub.healthChanged();
  await until('the message', () => stays.messages.length > 0);
  t.same(stays.messages.map(short), ['server']);
  t.same(left.messages, []);
});

t.test('a reading goes to the pages that look at its device, and to no other', async (t) => {
  const { fleet, hub, acme, globex, look, record } = await setUp(t);
  const [away, rows, one] = [look(everyClient), look(everyClient), look(ofClients(acme.client.id))];
  const report = (id: string, at: number): void => {
    fleet.setLatest(record(id), storedReport({ at, scaled: [5_000, 7, null] }));
    hub.reported([record(id)]);
  };
  rows.watch({ deviceId: null, rows: [globex.device.id, 'nobody'] });
  one.watch({ deviceId: null, rows: [acme.device.id, globex.device.id] });
  await until('what was not looked at before', () => rows.messages.length > 0 && one.messages.length > 0);
  t.same(rows.messages.map(short), ['devices globex-srv']);
  t.same(one.messages.map(short), ['devices acme-srv'], 'nothing of another client');
  report(acme.device.id, START);
  report(globex.device.id, START);
  await until('the readings', () => rows.messages.length > 1 && one.messages.length > 1);
  t.same(rows.messages.slice(1).map(short), ['devices globex-srv']);
  t.same(one.messages.slice(1).map(short), ['devices acme-srv']);
  rows.watch({ deviceId: null, rows: [globex.device.id] });
  report(acme.device.id, START + 1);
  await until('the reading of the other page', () => one.messages.length > 2);
  t.equal(rows.messages.length, 2, 'what it has already is not sent again');
  t.same(away.messages, []);
});

t.test('a page that is sorted by readings gets those of the rest too, each once', async (t) => {
  const { fleet, hub, acme, globex, look, record } = await setUp(t);
  const page = look(ofClients(acme.client.id));
  const of = (id: string, at: number) => fleet.setLatest(record(id), storedReport({ at, scaled: [5_000, 7, null] }));
  of(acme.device.id, START);
  of(globex.device.id, START);
  page.watch({ deviceId: null, rows: [], rest: true });
  await until('the reading', () => page.messages.length > 0);
  of(acme.device.id, START + 10_000);
  await until('the next reading', () => page.messages.length > 1);
  t.same(page.messages.map(short), ['devices acme-srv', 'devices acme-srv']);
  t.match(page.messages[1], { devices: [{ lastReportAt: '2026-03-01T00:00:10.000Z' }] });
  page.watch({ deviceId: null });
  of(acme.device.id, START + 20_000);
  hub.healthChanged();
  await until('the health', () => page.messages.length > 2);
  t.same(page.messages.slice(2).map(short), ['server'], 'nothing more once it is not asked for');
});
