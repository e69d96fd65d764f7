import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();

t.test('what is lost, when it is back, what stops, who is called and what is missing', async (t) => {
  const server = await startHttp(t);
  const { store, clock } = server;
  const [acme, bolt] = [await addTenant(store, 'Acme'), await addTenant(store, 'Bolt')];
  await server.fleet.load();
  const headers = await server.keyed('technician');
  const post = async (path: string, body: object) =>
    (await server.request('POST', `/api/v1${path}`, { headers, body })).body;
  const ask = async (path: string) => (await server.request('GET', `/api/v1${path}/if-lost`, { headers })).body;
  const { client, site, device } = acme;
  const backup = (why: string) => ({ key: 'recovery.gap', params: { item: 'backup', why } });
  const nobody = { key: 'recovery.gap', params: { item: 'contact', why: 'missing' } };
  t.match(await ask(`/devices/${device.id}`), {
    ...{ deviceId: device.id, serviceId: null, clientId: client.id, plans: [], lossMs: null, restoreMs: null },
    ...{ services: [], siteCard: null, missing: [backup('missing'), nobody] },
    sentences: ['No backup', 'No person to call'],
  });
  const service = { clientId: client.id, checkIds: [], targetPpm: null, deviceIds: [device.id] };
  const shop = await post('/services', { ...service, name: 'Shop', needed: 1, blocks: 'invoicing' });
  const spare = await post('/services', { ...service, name: 'Spare', needed: 0, blocks: null });
  const plan: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: device.id, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_560, rtoMinutes: 60 },
    ...{ rhythm: null, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 40, graceMinutes: null },
  };
  const { id: planId } = await post('/recovery/plans', plan);
  const now = clock.nowMs;
  const times = { startedAt: iso(now - 3 * HOUR_MS), finishedAt: iso(now - 2 * HOUR_MS) };
  await post('/recovery/points', { planId, id: 'a', ...times, exitCode: 0, sizeBytes: 2_000 });
  const all = { result: 'restored', restoredBytes: 1_000, files: 1, firstDifference: null, evidence: 'Ticket 12' };
  t.match((await ask(`/devices/${device.id}`)).missing, [backup('unproven'), nobody]);
  await post('/recovery/drills', { planId, scope: 'full', ...times, ...all });
  const contacts = [{ name: 'Ana', role: 'Owner', phone: '1', email: 'ana@acme.test' }];
  await store.scoped(everyClient).sites.setCard(site.id, JSON.stringify({ contacts }));
  const lost = await ask(`/devices/${device.id}`);
  t.match(lost, {
    lossMs: 3 * HOUR_MS,
    restoreMs: 2 * HOUR_MS,
    plans: [{ planId, plan: 'Files', place: 'nas', rtoMs: HOUR_MS, isProven: true, newestAt: times.startedAt }],
    missing: [{ key: 'recovery.restore.impossible' }],
  });
  t.same(
    lost.services.toSorted((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)),
    [
      { id: shop.id, name: 'Shop', stops: true, blocks: 'invoicing' },
      { id: spare.id, name: 'Spare', stops: false, blocks: null },
    ],
  );
  t.match(await ask(`/services/${shop.id}`), { serviceId: shop.id, services: [{ stops: true, blocks: 'invoicing' }] });
  const own = await server.keyed('viewer', bolt.client.id);
  for (const path of [`/devices/${device.id}`, `/services/${shop.id}`, '/devices/nothing']) {
    t.equal((await server.request('GET', `/api/v1${path}/if-lost`, { headers: own })).status, 404, path);
  }
});
