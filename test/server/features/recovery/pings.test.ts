import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant } from '../../../support/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (at: number): string => new Date(at).toISOString();

async function withPing(server: TestServer, change: Partial<RecoveryPlanInput> = {}) {
  const tenant = await addTenant(server.store, `Acme ${Math.random()}`);
  const body: RecoveryPlanInput = {
    ...{ clientId: tenant.client.id, deviceId: null, serviceId: null, name: 'Files', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_560, rtoMinutes: null },
    ...{ rhythm: { kind: 'cron', line: '0 22 * * *' }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 40, graceMinutes: null, ...change },
  };
  const headers = await server.keyed('technician');
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  const path = `/api/v1/recovery/plans/${plan.id}`;
  const make = async (): Promise<string> => {
    const { status, body: made, text } = await server.request('POST', `${path}/ping`, { headers, body: {} });
    if (status !== 200) throw new Error(text);
    return new URL(made.url).pathname;
  };
  return {
    planId: plan.id as string,
    url: await make(),
    make,
    revoke: () => server.request('DELETE', `${path}/ping`, { headers }),
    read: async () => (await server.request('GET', path, { headers })).body,
    runs: async () => (await server.request('GET', `${path}/runs`, { headers })).body.items,
    points: async () => (await server.request('GET', `${path}/points`, { headers })).body.items,
  };
}

t.test('a run that is told at its start and at its end is a point of its start', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { url, read, runs, points, planId } = await withPing(server);
  const began = clock.nowMs;
  t.match(await server.request('GET', `${url}/start`), { status: 200, text: /^The run began at .*\n$/ });
  t.match(await runs(), [{ outcome: 'running', startedAt: iso(began), endedAt: null }]);
  t.match((await read()).standing, { newestAt: null });
  clock.nowMs += 30 * MINUTE;
  const done = await server.request('POST', `${url}/success?exit=0&size=5000`);
  t.match(done, { status: 200, text: /is complete; it began at/ });
  t.match(await points(), [
    { startedAt: iso(began), finishedAt: iso(clock.nowMs), completeness: 'complete', sizeBytes: 5_000, kind: 'full' },
  ]);
  t.match(await read(), { standing: { newestAt: iso(began) }, lastRun: { outcome: 'complete', exitCode: 0 } });
  const anew = await startRecovery(server);
  t.same(anew.port.get({ allClients: true }, planId), await read(), 'and so it is after a start');
});

const told: readonly (readonly [
  what: string,
  ping: string,
  body: string | undefined,
  outcome: object,
  counts: string | null,
])[] = [
  ['success alone', 'success', undefined, { outcome: 'complete', exitCode: null }, 'complete'],
  ['an exit code that is none of success', 'success?exit=3', undefined, { outcome: 'failed', exitCode: 3 }, null],
  ['failure', 'fail', undefined, { outcome: 'failed' }, null],
  ['failure with the exit code of success', 'fail?exit=0', undefined, { outcome: 'failed' }, null],
  ['an exit code as the body', 'success', '12', { outcome: 'failed', exitCode: 12 }, null],
  ['a form', 'success', 'exit=0&size=77', { outcome: 'complete', sizeBytes: 77 }, 'complete'],
  ['JSON', 'success', '{"exit": 0, "size": 78, "point": "4f1c"}', { sizeBytes: 78, pointId: '4f1c' }, 'complete'],
  ['the query before the body', 'success?exit=0', '1', { exitCode: 0 }, 'complete'],
  ['what the tool printed says nothing', 'success', 'snapshot 4f1c saved\n0 errors', { exitCode: null }, 'complete'],
  ['an empty backup', 'success?size=0', undefined, { outcome: 'unknown' }, 'unknown'],
];

t.test('what a ping says', async (t) => {
  const server = await startHttp(t);
  for (const [what, ping, body, outcome, counts] of told) {
    const { url, runs, points } = await withPing(server);
    const answer = await server.request('POST', `${url}/${ping}`, { raw: body });
    t.equal(answer.status, 200, `${what}: ${answer.text}`);
    t.match(await runs(), [outcome], what);
    const [point = null] = await points();
    t.equal(point?.completeness ?? null, counts, what);
  }
  const { url } = await withPing(server);
  t.match(await server.request('GET', `${url}/success?exit=many`), { status: 400, text: /whole number/ });
  t.match(await server.request('GET', `${url}/success?run=${'x'.repeat(300)}`), { status: 400, text: /one line/ });
  t.match(await server.request('GET', `${url}/finished`), { status: 400 });
  t.match(await server.request('HEAD', `${url}/start`), { status: 200 });
});

t.test('a start without an end becomes a run that never ended', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { url, runs, points } = await withPing(server);
  const first = clock.nowMs;
  await server.request('GET', `${url}/start`);
  clock.nowMs += 24 * HOUR;
  const second = clock.nowMs;
  await server.request('GET', `${url}/start`);
  clock.nowMs += 30 * MINUTE;
  t.match(await runs(), [
    { outcome: 'running', startedAt: iso(second) },
    { outcome: 'never_ended', startedAt: iso(first), endedAt: null },
  ]);
  await server.request('GET', `${url}/success`);
  t.match(await points(), [{ startedAt: iso(second) }], 'the end belongs to the newer one');
});

t.test('of two that may have run beside each other the older one counts, unless they have names', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const began = clock.nowMs;
  const [plain, named] = [await withPing(server), await withPing(server)];
  const both = async (suffix: string): Promise<void> => {
    await server.request('GET', `${plain.url}/${suffix}`);
    await server.request('GET', `${named.url}/${suffix}?run=${clock.nowMs === began ? 'a' : 'b'}`);
  };
  await both('start');
  clock.nowMs += 20 * MINUTE;
  await both('start');
  clock.nowMs += 5 * MINUTE;
  await both('success');
  t.match(await plain.points(), [{ startedAt: iso(began) }]);
  t.match(await named.points(), [{ startedAt: iso(began + 20 * MINUTE) }]);
});

t.test('an address is shown once, can be replaced and revoked, and says nothing to who guesses', async (t) => {
  const server = await startHttp(t);
  const { url, make, revoke, planId, read } = await withPing(server);
  const secret = url.split('/').at(-1) ?? '';
  t.ok(secret.length >= 32, 'nobody guesses it');
  const rows = await server.store.db.selectFrom('recovery_ping').selectAll().execute();
  t.notOk(JSON.stringify(rows).includes(secret), 'only its hash is kept');
  const audit = await server.store.db.selectFrom('audit').selectAll().execute();
  t.notOk(JSON.stringify(audit).includes(secret));
  t.match(audit.at(-1), { action: 'recovery-plan.ping', subject: planId });
  const other = await make();
  t.match(await server.request('GET', `${url}/start`), { status: 404, text: /no such address/ });
  t.match(await server.request('GET', `${other}/start`), { status: 200 });
  t.match(await read(), { ping: { expiresAt: null } });
  t.equal((await revoke()).status, 204);
  t.match(await server.request('GET', `${other}/start`), { status: 404 });
  t.match(await revoke(), { status: 404 });
  t.match(await read(), { ping: null });
});

t.test('a plan takes so many pings a minute, and its neighbour is not kept waiting', async (t) => {
  const server = await startHttp(t);
  const [loud, quiet] = [await withPing(server), await withPing(server)];
  const answers: number[] = [];
  for (let count = 0; count < 31; count += 1) answers.push((await server.request('GET', `${loud.url}/start`)).status);
  t.same(answers.slice(-2), [200, 429]);
  t.equal((await loud.runs()).filter(({ outcome }: { outcome: string }) => outcome === 'running').length, 16);
  t.equal((await server.request('GET', `${quiet.url}/start`)).status, 200);
});
