import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import type { RecoveryPointInput } from '../../../../protocol/api/recovery-point.ts';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant, type Tenant } from '../../../support/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();

async function newPlan(server: TestServer, { client }: Tenant, headers: Record<string, string>): Promise<string> {
  const body: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'command' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 120, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 60 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 5, graceMinutes: null },
  };
  const made = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.id;
}

const backup = (planId: string, id: string, at: number, change: Partial<RecoveryPointInput> = {}) => ({
  ...{ planId, id, startedAt: iso(at), finishedAt: iso(at + MINUTE), exitCode: 0, sizeBytes: null },
  ...change,
});
const log = (planId: string, id: string, at: number, after: string, change: Partial<RecoveryPointInput> = {}) =>
  backup(planId, id, at, { kind: 'log', after, ...change });

t.test('a log whose forerunner is missing is the breach, although the full backup is fine', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const headers = await server.keyed('technician');
  const planId = await newPlan(server, await addTenant(server.store, 'Acme'), headers);
  const push = (...points: object[]) =>
    server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  const read = async () => (await server.request('GET', `/api/v1/recovery/plans/${planId}`, { headers })).body;
  const full = clock.nowMs - 5 * HOUR;
  const [one, two, three] = [full + HOUR, full + 2 * HOUR, full + 4 * HOUR];
  t.match((await push(backup(planId, 'full', full), log(planId, 'one', one, 'full'))).body, { accepted: 2 });
  t.match(await read(), { standing: { newestAt: iso(one) }, chain: null });
  await push(log(planId, 'three', three, 'two'));
  t.match(await read(), {
    standing: { stage: 'breached', newestAt: iso(one) },
    chain: { pointId: 'three', brokenAt: 'two', why: 'missing', sentence: /stands on two, which nobody has seen/ },
  });
  const anew = (await startRecovery(server)).port.get({ allClients: true }, planId);
  t.same(anew, await read(), 'also after a start');
  await push(log(planId, 'two', two, 'one'));
  t.match(await read(), { standing: { stage: 'kept', newestAt: iso(three) }, chain: null }, 'it came late');
  await push(log(planId, 'one', one, 'full', { goneAt: iso(clock.nowMs) }));
  t.match(await read(), {
    standing: { stage: 'breached', newestAt: iso(full) },
    chain: { pointId: 'three', brokenAt: 'one', why: 'gone' },
  });
});

t.test('a long chain is followed beyond what is held in memory', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const headers = await server.keyed('technician');
  const planId = await newPlan(server, await addTenant(server.store, 'Acme'), headers);
  const full = clock.nowMs - DAY;
  const logs = Array.from({ length: 200 }, (_, index) =>
    log(planId, `log-${index}`, full + (index + 1) * 5 * MINUTE, index === 0 ? 'full' : `log-${index - 1}`),
  );
  const points = [...logs, backup(planId, 'full', full)];
  const { body } = await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  t.equal(body.accepted, 201);
  const { standing } = (await server.request('GET', `/api/v1/recovery/plans/${planId}`, { headers })).body;
  t.equal(standing.newestAt, iso(full + 200 * 5 * MINUTE));
  const anew = (await startRecovery(server)).port.get({ allClients: true }, planId);
  t.same(anew.standing, standing, 'also after a start');
});

t.test('many machines from one job, each judged by itself', async (t) => {
  const server = await startHttp(t);
  const { clock, store } = server;
  const [acme, bolt] = [await addTenant(store, 'Acme'), await addTenant(store, 'Bolt')];
  const all = await server.keyed('technician');
  const headers = await server.keyed('technician', acme.client.id);
  const plans = [await newPlan(server, acme, all), await newPlan(server, acme, all)];
  const foreign = await newPlan(server, bolt, all);
  const [a = '', b = ''] = plans;
  const at = clock.nowMs - HOUR;
  const points = [
    backup(a, 'x', at),
    backup(foreign, 'x', at),
    { planId: a, id: 'half' },
    backup(b, 'x', at, { finishedAt: iso(clock.nowMs + HOUR) }),
    log(b, 'alone', at, 'x', { after: null }),
    backup(b, 'y', at, { after: 'x' }),
    backup(b, 'z', at, { exitCode: 1 }),
    backup(b, 'w', at, { verifiedAt: iso(at + 2 * MINUTE), place: 'tape 7' }),
    'nothing',
  ];
  const audited = () => store.db.selectFrom('audit').select('id').execute();
  const before = (await audited()).length;
  const answer = await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  t.equal(answer.status, 200, answer.text);
  t.equal((await audited()).length, before, 'it is measured, not done');
  t.equal(answer.body.accepted, 3);
  t.match(answer.body.items, [
    { point: { id: 'x', completeness: 'complete' }, error: null },
    { point: null, error: { code: 'not_found' } },
    { point: null, error: { code: 'validation_failed', message: /missing/ } },
    { point: null, error: { message: /lies in the future/ } },
    { point: null, error: { message: /say with "after"/ } },
    { point: null, error: { message: /stands on nothing/ } },
    { point: { id: 'z', refusal: 'failed' } },
    { point: { id: 'w', place: 'tape 7', verifiedAt: iso(at + 2 * MINUTE) } },
    { point: null, error: { code: 'validation_failed' } },
  ]);
  const many = Array.from({ length: 1_000 }, (_, index) => backup(a, `many-${index}`, at - index * MINUTE));
  const big = await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points: many } });
  t.match(big, { status: 200, body: { accepted: 1_000 } }, big.text.slice(0, 200));
  const tooMany = [...many, backup(a, 'more', at)];
  t.equal(
    (await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points: tooMany } })).status,
    400,
  );
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await server.request('GET', `/api/v1/recovery/plans/${a}/points?limit=300${next}`, { headers });
    seen.push(...page.body.items.map(({ id }: { id: string }) => id));
    cursor = page.body.next;
  }
  t.equal(new Set(seen).size, 1_001, 'each is listed once');
});

t.test('failed runs push nothing that counts out of memory', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const headers = await server.keyed('technician');
  const planId = await newPlan(server, await addTenant(server.store, 'Acme'), headers);
  const good = clock.nowMs - DAY;
  const bad = Array.from({ length: 60 }, (_, index) =>
    backup(planId, `bad-${index}`, good + (index + 1) * 10 * MINUTE, { exitCode: index % 2 === 0 ? 1 : null }),
  );
  const points = [backup(planId, 'good', good), ...bad];
  await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  const { standing } = (await server.request('GET', `/api/v1/recovery/plans/${planId}`, { headers })).body;
  t.match(standing, { newestAt: iso(good) });
  t.same((await startRecovery(server)).port.get({ allClients: true }, planId).standing, standing);
});
