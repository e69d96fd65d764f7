import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { type emptyTally, linesOf, tallyRpo } from '../../../../server/domain/recovery/attainment.ts';
import { startHttp } from '../../../support/http.ts';
import { point } from '../../../support/recovery.ts';
import { addTenant } from '../../../support/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();
const partsOf = ({ verifiedMs, unverifiedMs, breachedMs, unknownMs, closedMs, outsideMs }: typeof emptyTally) => {
  return { verifiedMs, unverifiedMs, breachedMs, unknownMs, closedMs, outsideMs };
};
const sumOf = (parts: object): number => Object.values(parts).reduce((sum, one) => sum + one, 0);

t.test('attainment of a period, by what was promised then', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { client } = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const made = clock.nowMs;
  const input = (change: Partial<RecoveryPlanInput> = {}): RecoveryPlanInput => ({
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: '=Files', tool: 'command' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 26 * 60, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 1_440 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 60, graceMinutes: null, ...change },
  });
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body: input() });
  const days = [0, 1, 2, 4, 5, 6, 7, 8, 9];
  const nights = days.map((day) =>
    point({ startedAt: made + day * DAY, finishedAt: made + day * DAY + HOUR }, `n${day}`),
  );
  clock.nowMs = made + 5 * DAY + 12 * HOUR;
  await server.request('PUT', `/api/v1/recovery/plans/${plan.id}`, { headers, body: input({ rpoMinutes: 12 * 60 }) });
  const changed = clock.nowMs;
  clock.nowMs = made + 10 * DAY;
  const points = nights.map(({ id, startedAt, finishedAt }) => ({
    ...{
      planId: plan.id,
      id,
      startedAt: iso(startedAt),
      finishedAt: finishedAt && iso(finishedAt),
      exitCode: 0,
      sizeBytes: null,
    },
    ...(id === 'n1' ? { verifiedAt: iso(made + 3 * DAY) } : {}),
  }));
  await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  const ask = async (from: number, to: number) => {
    const answer = await server.request('GET', `/api/v1/recovery/plans/${plan.id}/attainment?from=${from}&to=${to}`, {
      headers,
    });
    t.equal(answer.status, 200, answer.text);
    return answer.body;
  };

  const lines = linesOf(nights.map((one) => (one.id === 'n1' ? { ...one, verifiedAt: made + 3 * DAY } : one)));
  const rpos = [
    { from: 0, until: changed, rpoMs: 26 * HOUR },
    { from: changed, until: Number.POSITIVE_INFINITY, rpoMs: 12 * HOUR },
  ];
  const measured = { lines, from: made, end: Number.POSITIVE_INFINITY, blind: [] };
  for (const [from, to] of [
    [made - DAY, made + 10 * DAY],
    [made, made + 3 * DAY],
    [made + 3 * DAY + 7, made + 6 * DAY],
    [made + 9 * DAY, made + 20 * DAY],
  ] as const) {
    const got = partsOf(await ask(from, to));
    t.same(got, tallyRpo(measured, { from, to }, rpos, clock.nowMs), `${(from - made) / DAY} to ${(to - made) / DAY}`);
    t.equal(sumOf(got), to - from, 'the parts are the period');
  }
  const [whole, first, second] = [
    await ask(made, made + 9 * DAY),
    await ask(made, made + 4 * DAY + 1),
    await ask(made + 4 * DAY + 1, made + 9 * DAY),
  ];
  for (const part of ['verifiedMs', 'unverifiedMs', 'breachedMs', 'unknownMs'] as const) {
    t.equal(first[part] + second[part], whole[part], `splitting changes no ${part}`);
  }
  t.match(whole, { verdict: 'breached' });

  const late = {
    planId: plan.id,
    id: 'n3',
    startedAt: iso(made + 3 * DAY),
    finishedAt: iso(made + 3 * DAY + HOUR),
    exitCode: 0,
    sizeBytes: null,
  };
  const before = await ask(made + 3 * DAY, made + 5 * DAY);
  await server.request('POST', '/api/v1/recovery/points', { headers, body: late });
  const after = await ask(made + 3 * DAY, made + 5 * DAY);
  t.ok(before.breachedMs > 0);
  t.equal(after.breachedMs, 0, 'what came late counts for then');

  const path = `/api/v1/recovery/attainment?client=${client.id}&from=${made}&to=${made + 9 * DAY}`;
  const report = await server.request('GET', path, { headers });
  t.match(report.body, {
    total: partsOf(await ask(made, made + 9 * DAY)),
    items: [{ planId: plan.id, name: '=Files' }],
  });
  const csv = await server.request('GET', `${path}&format=csv`, { headers });
  const [head = '', row = ''] = csv.text.split('\r\n');
  t.match(head, /^"planId","name","from","to","verifiedMs"/);
  t.match(row, `"'=Files"`, 'no formula');

  await server.request('DELETE', `/api/v1/recovery/plans/${plan.id}`, { headers });
  clock.nowMs += DAY;
  t.same(partsOf(await ask(made, made + 9 * DAY)), partsOf(report.body.items[0]), 'its past stays');
  t.equal((await ask(made + 10 * DAY, made + 11 * DAY)).outsideMs, DAY, 'and after its end nothing was promised');
  t.equal(
    (await server.request('GET', `/api/v1/recovery/plans/${plan.id}/attainment?from=0&to=${5e11}`, { headers })).status,
    400,
  );
  const other = await addTenant(server.store, 'Bolt');
  const foreign = await server.keyed('technician', other.client.id);
  t.equal((await server.request('GET', path, { headers: foreign })).status, 404);
  t.equal(
    (await server.request('GET', `/api/v1/recovery/plans/${plan.id}/attainment`, { headers: foreign })).status,
    404,
  );
});

t.test('closed days and chains count in it as they do live', async (t) => {
  const server = await startHttp(t);
  const { clock } = server;
  const { client } = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const body: RecoveryPlanInput = {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: 'Ledger', tool: 'command' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 60, rtoMinutes: null },
    ...{
      rhythm: null,
      closed: { weekdays: [6, 7], dates: [] },
      timeZone: 'UTC',
      durationMinutes: 0,
      graceMinutes: null,
    },
  };
  // A Friday in the world of the test.
  const { body: plan } = await server.request('POST', '/api/v1/recovery/plans', { headers, body });
  const from = clock.nowMs;
  const one = { planId: plan.id, exitCode: 0, sizeBytes: null };
  const points = [
    { ...one, id: 'full', startedAt: iso(from), finishedAt: iso(from) },
    { ...one, id: 'log', kind: 'log', after: 'lost', startedAt: iso(from + HOUR), finishedAt: iso(from + HOUR) },
  ];
  clock.nowMs = from + 5 * DAY;
  await server.request('POST', '/api/v1/recovery/points/batch', { headers, body: { points } });
  const to = from + 4 * DAY;
  const answer = await server.request('GET', `/api/v1/recovery/plans/${plan.id}/attainment?from=${from}&to=${to}`, {
    headers,
  });
  const parts = partsOf(answer.body);
  t.equal(sumOf(parts), 4 * DAY);
  t.equal(parts.closedMs, 2 * DAY, 'the weekend');
  t.equal(parts.unverifiedMs, HOUR, 'a log that stands on nothing restores nothing');
  t.equal(parts.breachedMs, 2 * DAY - HOUR);
});
