import t from 'tap';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

t.test('a plan of a backup every five minutes may be looked at as often as anybody likes', async (t) => {
  const server = await startHttp(t);
  const { client } = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const body = {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'restic', rtoMinutes: null },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 60, rhythm: { kind: 'cron', line: '*/5 * * * *' } },
    ...{ closed: { weekdays: [7], dates: [] }, timeZone: 'Europe/Madrid', durationMinutes: 1, graceMinutes: null },
  };
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  const look = async () => (await server.request('GET', `/api/v1/recovery/plans/${plan.id}`, { headers })).body;
  const first = await look();
  t.match(first.worstCase, { exposureMs: 360_000, verdict: { hold: 'holds' } });
  const startedAt = process.cpuUsage();
  for (let round = 0; round < 40; round += 1) t.same((await look()).worstCase, first.worstCase);
  t.ok(process.cpuUsage(startedAt).user < 1_200_000, 'its year ahead is gone through once a day');
  server.clock.nowMs += 86_400_000;
  const next = await look();
  t.ok(next.worstCase.from > new Date(server.clock.nowMs - 86_400_000).toISOString());
  const changed = { ...body, durationMinutes: 2 };
  await server.request('PUT', `/api/v1/recovery/plans/${plan.id}`, { headers, body: changed });
  t.match((await look()).worstCase, { exposureMs: 420_000 }, 'and at once when the plan is changed');
});
