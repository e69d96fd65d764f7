import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;

t.test('a plan whose device is retired is orphaned, and goes on if the device is back', async (t) => {
  const server = await startHttp(t);
  const { store, clock } = server;
  const { client, site, device } = await addTenant(store, 'Acme');
  await server.fleet.load();
  const headers = await server.keyed('technician');
  const body: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: device.id, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 240, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 60 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 0, graceMinutes: 10 },
  };
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  const made = clock.nowMs;
  t.equal(plan.orphanedAt, null);
  clock.nowMs += 5 * HOUR_MS;
  const book = new IncidentBook(store, HOUR_MS);
  await book.load(clock.nowMs);
  const recovery = await startRecovery(server, { book, siteOfDevice: () => site.id });
  const look = () => {
    const changes = new ChangeSet();
    for (const judge of recovery.judges) judge.judge(changes, clock.nowMs);
    return changes.incidents.map(({ record }) => [record.state, record.siteId, record.said]);
  };
  t.match(look(), [['open', site.id]], 'its incident names the site');
  await store.scoped(everyClient).devices.retire(device.id);
  await recovery.deviceChanged(device.id);
  const read = () => recovery.port.get(everyClient, plan.id);
  t.match(read(), { orphanedAt: String, standing: { missed: 0, sentence: /was retired at/ } });
  t.match(look(), [['resolved', site.id, { params: { how: { params: { how: 'retired' } } } }]]);
  t.same(look(), [], 'nothing is due any more');
  const anew = await startRecovery(server);
  t.same(anew.port.get(everyClient, plan.id), read(), 'also after a start');
  const orphaned = Date.parse(read().orphanedAt ?? '');
  const path = `/api/v1/recovery/plans/${plan.id}/attainment?from=${made}&to=${made + 10 * HOUR_MS}`;
  t.ok(orphaned >= made);
  t.equal((await server.request('GET', path, { headers })).status, 200);

  await store.scoped(everyClient).devices.revive(device.id);
  await recovery.deviceChanged(device.id);
  t.match(read(), { orphanedAt: null, standing: { stage: 'breached' } });
  t.match(look(), [['open', site.id]], 'and all of it is due again');
});
