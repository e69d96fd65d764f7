import fc from 'fast-check';
import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import type { RecoveryPointInput } from '../../../../protocol/api/recovery-point.ts';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant, type Tenant } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const iso = (at: number): string => new Date(at).toISOString();

async function withPlan(server: TestServer, tenant: Tenant, change: Partial<RecoveryPlanInput> = {}) {
  const body: RecoveryPlanInput = {
    ...{ clientId: tenant.client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_560, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 1_440 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 40, graceMinutes: null },
    ...change,
  };
  const headers = await server.keyed('technician');
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  const planId: string = plan.id;
  return {
    planId,
    push: (id: string, startedAt: number, change: Partial<RecoveryPointInput> = {}) => {
      const finishedAt = iso(startedAt + HOUR_MS / 2);
      const point = { planId, id, startedAt: iso(startedAt), finishedAt, exitCode: 0, sizeBytes: null, ...change };
      return server.request('POST', '/api/v1/recovery/points', { headers, body: point });
    },
    standing: async () => (await server.request('GET', `/api/v1/recovery/plans/${planId}`, { headers })).body.standing,
  };
}

async function standingAfterStart(server: TestServer, planId: string) {
  const { port } = await startRecovery(server);
  return port.get({ allClients: true }, planId).standing;
}

t.test('what would be lost now is told live, and goes with the clock', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { planId, push, standing } = await withPlan(server, await addTenant(server.store, 'Acme'));
  t.match(await standing(), { stage: 'kept', newestAt: null, exposureMs: null });
  const started = clock.nowMs - 2 * HOUR_MS;
  t.match(await push('a', started), { status: 200, body: { completeness: 'complete', refusal: null } });
  t.match(await standing(), { stage: 'kept', exposureMs: 2 * HOUR_MS, newestAt: iso(started), missed: 0 });
  clock.nowMs = started + DAY_MS + 1.4 * HOUR_MS;
  t.match(await standing(), { stage: 'overdue', missed: 1, breachAt: iso(started + 26 * HOUR_MS) });
  clock.nowMs = started + 26 * HOUR_MS;
  t.match(await standing(), { stage: 'overdue' }, 'within at the very instant');
  clock.nowMs += 1;
  t.match(await standing(), { stage: 'breached' });
  t.same(await standingAfterStart(server, planId), await standing(), 'and so it is after a start');
  await push('b', clock.nowMs - HOUR_MS);
  t.match(await standing(), { stage: 'kept', exposureMs: HOUR_MS });
});

t.test('what proves nothing is kept and counts for nothing', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { planId, push, standing } = await withPlan(server, await addTenant(server.store, 'Acme'));
  const at = clock.nowMs - HOUR_MS;
  t.match((await push('incomplete', at, { exitCode: 3 })).body, { completeness: 'failed', refusal: 'failed' });
  t.match((await push('1970', 0)).body, { refusal: 'undated' });
  t.match((await push('2099', Date.UTC(2099, 0), { finishedAt: null })).body, { refusal: 'future' });
  t.match((await push('back', at, { finishedAt: iso(at - 1) })).body, { refusal: 'backwards' });
  t.match((await push('empty', at, { sizeBytes: 0 })).body, { completeness: 'unknown' });
  t.match(await push('not yet', at, { finishedAt: iso(clock.nowMs + 1) }), {
    status: 400,
    body: { error: { message: /lies in the future/ } },
  });
  t.match((await standing()).newestAt, null);
  await push('listed', at, { exitCode: null });
  t.match(await standing(), { stage: 'unproven', newestAt: null });
  clock.nowMs = Date.UTC(2099, 0, 2);
  t.match((await standing()).newestAt, null, 'also when that day has come');
  t.same(await standingAfterStart(server, planId), await standing());
  t.match(
    await push('listed', at),
    { body: { completeness: 'complete', seenAt: iso(at + HOUR_MS) } },
    'its run says so',
  );
});

t.test('order and repetition of points are irrelevant, and a start changes nothing', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const point = fc.record({
    hours: fc.integer({ min: 1, max: 60 }),
    exitCode: fc.constantFrom(0, 1, 3, null),
  });
  const run = async (points: readonly { hours: number; exitCode: number | null }[]) => {
    const { planId, push, standing } = await withPlan(server, tenant);
    for (const { hours, exitCode } of points) {
      const started = server.clock.nowMs - hours * HOUR_MS;
      await push(`of ${hours}`, started, { exitCode });
    }
    const { said: _, sentence: __, ...now } = await standing();
    const { said: ___, sentence: ____, ...after } = await standingAfterStart(server, planId);
    return { now, after };
  };
  await t.resolves(
    fc.assert(
      fc.asyncProperty(fc.array(point, { maxLength: 8 }), async (points) => {
        const once = await run(points);
        const again = await run([...points.toReversed(), ...points]);
        t.strictSame(once.now, once.after);
        t.strictSame(again, once);
      }),
      { numRuns: 15 },
    ),
  );
});

t.test('a plan of another client is not there', async (t) => {
  const server = await startHttp(t);
  const { planId } = await withPlan(server, await addTenant(server.store, 'Acme'));
  const bolt = await addTenant(server.store, 'Bolt');
  const headers = await server.keyed('technician', bolt.client.id);
  const body = { planId, id: 'x', startedAt: iso(0), finishedAt: null, exitCode: 0, sizeBytes: null };
  t.equal((await server.request('POST', '/api/v1/recovery/points', { headers, body })).status, 404);
});

t.test('what says that it is of the year 1 does not let anybody wait', async (t) => {
  const server = await startHttp(t);
  const closed = { weekdays: [6, 7], dates: [] };
  const { push, standing } = await withPlan(server, await addTenant(server.store, 'Acme'), { closed });
  const startedAt = process.cpuUsage();
  t.match(await push('old', 0, { startedAt: '0001-01-01T00:00:00Z' }), { body: { refusal: 'undated' } });
  t.match(await standing(), { stage: 'kept', newestAt: null });
  t.ok(process.cpuUsage(startedAt).user < 3e6, 'no day is asked for of what counts for nothing');
});
