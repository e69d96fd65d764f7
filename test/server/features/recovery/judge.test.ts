import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { startHttp } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();

t.test('late, at risk, breached, and well again: one incident, also across a start', async (t) => {
  const server = await startHttp(t);
  const { store, clock } = server;
  const { client } = await addTenant(store, 'Acme');
  const headers = await server.keyed('technician');
  const input: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 240, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 60 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 0, graceMinutes: 10 },
  };
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body: input });
  const began = clock.nowMs;
  const push = (id: string, at: number) => {
    const point = { planId: plan.id, id, startedAt: iso(at), finishedAt: iso(at), exitCode: 0, sizeBytes: null };
    return server.request('POST', '/api/v1/recovery/points', { headers, body: point });
  };
  await push('a', began);
  /** A server that starts at this moment and judges once: every look is one. */
  const look = async (at: number) => {
    clock.nowMs = at;
    const book = new IncidentBook(store, HOUR_MS);
    await book.load(at);
    const { judges } = await startRecovery(server, { book });
    const changes = new ChangeSet();
    for (const judge of judges) judge.judge(changes, at);
    if (changes.hasWrites) await store.commit(changes.statements(store, 0, at));
    return changes.incidents.map(({ record, notice }) => [
      record.priority,
      record.state,
      notice?.kind ?? null,
      record.id,
    ]);
  };
  t.same(await look(began + 70 * 60_000 - 1), [], 'within its grace');
  const [late] = await look(began + 70 * 60_000);
  t.match(late, ['normal', 'open', 'raised']);
  t.same(await look(began + 70 * 60_000 + 1), [], 'said once, also after a start');
  t.match(await look(began + 130 * 60_000), [['medium', 'open', 'changed', late?.[3]]]);
  t.same(await look(began + 4 * HOUR_MS), [], 'within the RPO at the very instant');
  t.match(await look(began + 4 * HOUR_MS + 1), [['high', 'open', 'changed', late?.[3]]]);
  await push('b', clock.nowMs);
  t.match(await look(clock.nowMs + 1), [['high', 'resolved', 'resolved', late?.[3]]]);
  t.same(await look(clock.nowMs + 1), []);
});
