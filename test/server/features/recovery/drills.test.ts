import assert from 'node:assert/strict';
import t from 'tap';
import type { RecoveryDrillInput } from '../../../../protocol/api/drills.ts';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { createRecoveryTimes } from '../../../../server/features/recovery/create-times.ts';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant, type Tenant } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const iso = (at: number): string => new Date(at).toISOString();

async function withPlan(server: TestServer, { client }: Tenant, change: Partial<RecoveryPlanInput> = {}) {
  const headers = await server.keyed('technician');
  const input: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_560, rtoMinutes: 60 },
    ...{ rhythm: { kind: 'cron', line: '0 22 * * *' }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 40, graceMinutes: null },
    ...change,
  };
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body: input });
  return {
    plan,
    headers,
    drill(change: Partial<RecoveryDrillInput>) {
      const body = {
        ...{ planId: plan.id, scope: 'full', result: 'restored', restoredBytes: null, files: null },
        ...{ firstDifference: null, evidence: 'Ticket 12' },
        ...change,
      };
      return server.request('POST', '/api/v1/recovery/drills', { headers, body });
    },
    async point(at: number, sizeBytes: number, tookMs: number) {
      const body = { planId: plan.id, id: `at-${at}`, startedAt: iso(at), finishedAt: iso(at + tookMs) };
      await server.request('POST', '/api/v1/recovery/points', { headers, body: { ...body, exitCode: 0, sizeBytes } });
    },
    target: (target: object) =>
      server.request('PUT', `/api/v1/recovery/plans/${plan.id}/drill-target`, { headers, body: target }),
    async outlook() {
      return (await server.request('GET', `/api/v1/recovery/plans/${plan.id}/outlook`, { headers })).body;
    },
  };
}

t.test('a drill that was recorded by hand: timed as an outage is, proof only if it is of all', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const { plan, drill, headers } = await withPlan(server, tenant);
  const now = server.clock.nowMs;
  const times = (tookMs: number) => ({
    startedAt: iso(now - 2 * HOUR_MS),
    finishedAt: iso(now - 2 * HOUR_MS + tookMs),
  });
  t.match(await drill({ ...times(HOUR_MS), restoredBytes: 5, files: 2 }), {
    status: 201,
    body: { tookMs: HOUR_MS, rto: 'met', isProof: true, planId: plan.id, evidence: 'Ticket 12' },
  });
  t.match((await drill(times(HOUR_MS + 1))).body, { rto: 'breached', isProof: true });
  t.match((await drill({ ...times(HOUR_MS), scope: 'sample' })).body, { rto: null, isProof: false });
  const differs = { ...times(HOUR_MS), result: 'mismatch', firstDifference: 'etc/passwd' } as const;
  t.match((await drill(differs)).body, { rto: null, isProof: false, firstDifference: 'etc/passwd' });
  const f = async (what: string, change: Partial<RecoveryDrillInput>, message: RegExp) =>
    t.match(await drill({ ...times(HOUR_MS), ...change }), { status: 400, body: { error: { message } } }, what);
  await f('it ended before it began', times(-1), /is not after/);
  await f('it ends in the future', times(9 * HOUR_MS), /lies in the future: here it is/);
  await f('a success that differs', { firstDifference: 'a' }, /is no success/);
  await f('a failure that names nothing', { result: 'missing' }, /Name the first file/);
  await f('no evidence', { evidence: '    ' }, /Say in "evidence"/);
  const { body } = await server.request('GET', `/api/v1/recovery/drills?plan=${plan.id}&limit=2`, { headers });
  t.equal(body.items.length, 2);
  t.ok(body.next);
  const own = await server.request('GET', '/api/v1/recovery/drills', {
    headers: await server.keyed('viewer', tenant.client.id),
  });
  t.equal(own.body.items[0].by, null, 'whoever sees one client does not learn who works here');
});

t.test('the date on which the RTO becomes impossible, and the night that backups outgrow, within 10 %', async (t) => {
  const server = await startHttp(t);
  const { drill, point, target, outlook } = await withPlan(server, await addTenant(server.store, 'Acme'));
  const now = server.clock.nowMs;
  const began = now - 60 * DAY_MS;
  t.match(await outlook(), { throughput: null, restore: { tookMs: null, noDate: null }, window: null });
  // 10 GB on the first day and 100 MB more each day, with a weekly rhythm; a run takes 2 h and 1 min more each day.
  const sizeOn = (day: number): number => 10e9 + day * 100e6 + (day % 7) * 10e6;
  for (let day = 0; day < 60; day += 1) await point(began + day * DAY_MS, sizeOn(day), 2 * HOUR_MS + day * 60_000);
  // 10, 12.5 and 16 MB/s.
  for (const [index, tookMs] of [1_000_000, 800_000, 625_000].entries()) {
    const startedAt = now - (index + 2) * HOUR_MS;
    await drill({
      scope: 'sample',
      startedAt: iso(startedAt),
      finishedAt: iso(startedAt + tookMs),
      restoredBytes: 10e9,
    });
  }
  await target({ scope: 'full', maxAgeDays: null, windowEndsAt: '06:00' });
  const { throughput, restore, window, drills } = await outlook();
  t.match(throughput, { median: 12.5e6, least: 10e6, most: 16e6, drills: 3 });
  const today = sizeOn(59);
  t.match(restore, { sizeBytes: today, tookMs: Math.ceil(today / 12_500), leastMs: Math.ceil(today / 16_000) });
  // In an hour 45 GB come back: 350 days after the first.
  const far = began + 350 * DAY_MS;
  t.ok(Math.abs(Date.parse(restore.impossibleOn) - far) < 0.1 * (far - now), restore.impossibleOn);
  t.ok(Date.parse(restore.earliest) < Date.parse(restore.impossibleOn));
  t.ok(Date.parse(restore.latest) > Date.parse(restore.impossibleOn));
  t.match(restore.sentences, [/^A restore of everything takes about/, /^The RTO of 1 h cannot be kept from/]);
  // From 22:00 to 06:00 are 8 h: 360 days after the first.
  t.equal(window.windowMs, 8 * HOUR_MS);
  const outgrown = began + 360 * DAY_MS;
  t.ok(Math.abs(Date.parse(window.outgrownOn) - outgrown) < 0.1 * (outgrown - now), window.outgrownOn);
  t.match(drills, { isProven: false, isOverdue: false, count: 3, ageMs: null }, 'a sample proves nothing of all');
});

t.test('overdue is one Normal incident, also across a start, until one is done that counts', async (t) => {
  const server = await startHttp(t);
  const { store, clock } = server;
  const { drill, target, outlook } = await withPlan(server, await addTenant(store, 'Acme'));
  const look = async (at: number) => {
    clock.nowMs = at;
    const book = new IncidentBook(store, HOUR_MS);
    await book.load(at);
    const common = {
      ...{ store, book, now: () => clock.nowMs, act: () => Promise.reject(new Error('nobody acts')) },
    };
    const { protection } = await startRecovery(server, { book });
    const services = { members: () => [], view: () => null };
    const servicesOf = { list: () => [], get: () => assert.fail('nobody asks') };
    const { judges } = await createRecoveryTimes({
      ...{ ...common, protection, services, servicesOf, lossOf: () => null, deviceOf: () => null },
      slugsOf: () => ({ client: '', site: '', device: '' }),
    });
    const changes = new ChangeSet();
    for (const judge of judges) judge.judge(changes, at);
    if (changes.hasWrites) await store.commit(changes.statements(store, 0, at));
    return changes.incidents.map(({ record: { rule, priority, state } }) => [rule, priority, state]);
  };
  const began = clock.nowMs;
  t.same(await look(began), [], 'none is wanted');
  await target({ scope: 'full', maxAgeDays: 90, windowEndsAt: null });
  const raised = [['recovery.drill', 'normal', 'open']];
  const over = [['recovery.drill', 'normal', 'resolved']];
  t.same(await look(began + 1), raised, 'there was none yet');
  t.same(await look(began + 2), [], 'said once, also after a start');
  clock.nowMs = began + 2 * HOUR_MS;
  const times = { startedAt: iso(began + HOUR_MS), finishedAt: iso(began + 2 * HOUR_MS) };
  await drill({ ...times, scope: 'sample' });
  t.same(await look(clock.nowMs), [], 'a sample is not what is wanted');
  await drill(times);
  t.same(await look(clock.nowMs), over);
  t.same(await look(began + 2 * HOUR_MS + 90 * DAY_MS), [], 'of 90 days at the very instant');
  t.match(await outlook(), { drills: { ageMs: 90 * DAY_MS, isOverdue: false, isProven: true } });
  t.same(await look(began + 2 * HOUR_MS + 90 * DAY_MS + 1), raised);
  await target({ scope: 'full', maxAgeDays: null, windowEndsAt: null });
  t.same(await look(clock.nowMs + 1), over);
});
