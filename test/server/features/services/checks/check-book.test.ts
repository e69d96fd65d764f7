import t from 'tap';
import type { CheckInput } from '../../../../../protocol/api/service.ts';
import { plain } from '../../../../../protocol/said/plain.ts';
import { parseSaid } from '../../../../../protocol/said/read.ts';
import { ChangeSet } from '../../../../../server/core/incidents/change-set.ts';
import { everyClient } from '../../../../../server/domain/scope.ts';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import type { Store } from '../../../../../server/platform/store/store.ts';
import { checkReport, startServices } from '../../../../support/services.ts';
import { addTenant, type Tenant, type TestClock, tempStore } from '../../../../support/store.ts';

const START = 1_800_000_000_000;
const actor = { id: 'u1', name: 'Ada' };

function input({ client, device }: Tenant, over: Partial<CheckInput> = {}): CheckInput {
  return {
    clientId: client.id,
    deviceId: device.id,
    name: 'Database',
    target: { kind: 'process', name: 'sqlservr' },
    intervalSeconds: 10,
    timeoutSeconds: 5,
    forSeconds: 20,
    priority: 'high',
    ...over,
  };
}

async function rowsOf(store: Store, checkId: string) {
  const rows = await store.scoped(everyClient).checks.intervals(checkId, 0, Number.MAX_SAFE_INTEGER);
  return rows.map(({ start_ms, end_ms, state, revised }) => [
    (start_ms - START) / 1000,
    (end_ms - START) / 1000,
    state,
    revised,
  ]);
}

t.test('what reports say of a check becomes its state, its incident and its ledger', async (t) => {
  const clock: TestClock = { nowMs: START };
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  const { watch, checkPort, checks, written } = await startServices(t, { store, clock });
  const { id } = await checkPort.create(everyClient, input(tenant), actor);
  t.match(checkPort.get(everyClient, id), { state: 'unknown', sentence: 'It has not run yet.', lastRunAt: null });
  let position = 0;
  const tell = async (seconds: number, up: boolean, over = {}) => {
    const at = START + seconds * 1000;
    clock.nowMs = Math.max(clock.nowMs, at);
    position += 1;
    await watch.takeReports(position, [checkReport(tenant.device.id, id, { at, up, ...over })]);
  };
  for (const [seconds, up] of [
    [10, true],
    [20, true],
    [30, false],
    [40, false],
  ] as const)
    await tell(seconds, up);
  t.same(written, [], 'not for long enough');
  t.match(checkPort.get(everyClient, id), {
    state: 'down',
    durationMs: 20,
    sentence: 'the process sqlservr does not run.',
  });
  await tell(50, false);
  t.same(written, ['check.failed open']);
  await tell(60, true);
  t.same(written, ['check.failed open', 'check.failed resolved']);
  t.same(await rowsOf(store, id), [
    [10, 20, 'up', 0],
    [20, 60, 'down', 0],
  ]);

  await t.test('what was measured before is dated by its age', async (t) => {
    await tell(75, true, { ageMs: 5_000 });
    t.equal(checkPort.get(everyClient, id).lastRunAt, new Date(START + 70_000).toISOString());
  });

  await t.test('what waited in the spool changes the past, never the present', async (t) => {
    await tell(200, true);
    t.same((await rowsOf(store, id)).at(-1), [70, 200, 'unknown', 0]);
    for (let seconds = 80; seconds < 200; seconds += 10) await tell(seconds, seconds !== 120, { backfill: true });
    t.same((await rowsOf(store, id)).slice(2), [
      [60, 110, 'up', 0],
      [110, 130, 'down', 0],
    ]);
    t.equal(written.length, 2, 'no incident about the past');
    const revisions = await store.scoped(everyClient).ledgerRevisions.between(id, 0, Number.MAX_SAFE_INTEGER, 10);
    t.same(revisions, [], 'what was unknown is no revision');
  });

  await t.test('a claim that turns out wrong is revised with its reason', async (t) => {
    await tell(220, true);
    await tell(230, false);
    await tell(210, false, { backfill: true });
    const [revision, ...more] = await store
      .scoped(everyClient)
      .ledgerRevisions.between(id, 0, Number.MAX_SAFE_INTEGER, 10);
    t.same(more, []);
    t.equal(revision?.by_user, 'evidence');
    t.match(
      plain(parseSaid(revision?.said_json ?? ''), clock.nowMs),
      /arrived late: the process sqlservr does not run\.$/,
    );
    t.match(JSON.parse(revision?.before_json ?? ''), [{ state: 'up' }]);
    t.ok(JSON.parse(revision?.after_json ?? '').some((one: { state: string }) => one.state === 'down'));
  });

  t.test('silence is unknown', async (t) => {
    clock.nowMs += 30_001;
    t.match(checkPort.get(everyClient, id), { state: 'unknown', sentence: /^No result since / });
    t.equal(checks.stateOf(checks.get(id)!, clock.nowMs).state, 'unknown');
  });
});

t.test('a start after a kill at any point writes what was not written, and nothing twice', async (t) => {
  const clock: TestClock = { nowMs: START };
  const straight = await tempStore(t, clock);
  const states = [true, true, false, false, false, true, false, true, true, false, false, false, false, true, true];
  const reportsOf = (tenant: Tenant, id: string): StoredReport[] =>
    states.map((up, index) => checkReport(tenant.device.id, id, { at: START + (index + 1) * 10_000, up }));
  const chronicle = async (store: Store, id: string) => {
    const incidents = await store.db.selectFrom('incident').selectAll().orderBy('opened_at').execute();
    return {
      rows: await rowsOf(store, id),
      incidents: incidents.map(({ rule, state, onset_at, resolved_at }) => [rule, state, onset_at, resolved_at]),
      events: (await store.db.selectFrom('incident_event').selectAll().execute()).length,
    };
  };
  const run = async (store: Store, kills: readonly number[]) => {
    const tenant = await addTenant(store, 'Acme');
    let server = await startServices(t, { store, clock });
    const { id } = await server.checkPort.create(everyClient, input(tenant), actor);
    const reports = reportsOf(tenant, id);
    for (const [index, report] of reports.entries()) {
      clock.nowMs = report.at;
      if (kills.includes(index)) {
        // What memory held is gone; the journal is read again from its beginning.
        server = await startServices(t, { store, clock });
        for (const [before, again] of reports.slice(0, index).entries())
          await server.watch.takeReports(before + 1, [again]);
      }
      await server.watch.takeReports(index + 1, [report]);
    }
    return chronicle(store, id);
  };
  const wanted = await run(straight, []);
  t.equal(wanted.incidents.length, 1, 'reopened within the hour');
  for (const kills of [states.map((_, index) => index), [3], [5, 6], [11]]) {
    t.same(await run(await tempStore(t, clock), kills), wanted, `killed before ${kills.join(', ')}`);
  }
});

t.test('an agent that tells of a certificate without end spoils nobody the list of checks', async (t) => {
  const clock: TestClock = { nowMs: START };
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  const { watch, checkPort } = await startServices(t, { store, clock });
  const { id } = await checkPort.create(everyClient, input(tenant), actor);
  await watch.takeReports(1, [checkReport(tenant.device.id, id, { at: START, up: true, certificateLeft: 4e15 })]);
  t.match(checkPort.list(everyClient, {}), [{ id, state: 'up', certificateEndsAt: null }]);
  await watch.takeReports(2, [checkReport(tenant.device.id, id, { at: START + 10_000, up: true })]);
  t.match(checkPort.get(everyClient, id), { state: 'up' });
});

t.test('a check that flaps is told when it begins and when it is calm, also across a restart', async (t) => {
  const clock: TestClock = { nowMs: START };
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  let services = await startServices(t, { store, clock });
  const { id } = await services.checkPort.create(everyClient, input(tenant, { forSeconds: 0 }), actor);
  let position = 0;
  const tell = async (up: boolean) => {
    clock.nowMs += 10_000;
    position += 1;
    await services.watch.takeReports(position, [checkReport(tenant.device.id, id, { at: clock.nowMs, up })]);
    await services.watch.tick();
  };
  const told = async () => {
    const rows = await store.db.selectFrom('outbox').select('kind').orderBy('id').execute();
    return rows.map(({ kind }) => kind.replace('incident.', ''));
  };
  const stands = async () => {
    const { items } = await store.scoped(everyClient).incidents.list({ limit: 10, state: 'all' });
    return items.map((one) => ({ ...one, said: parseSaid(one.said_json) }));
  };
  for (let n = 0; n < 20; n += 1) await tell(n % 2 === 1);
  await services.watch.stop();
  services = await startServices(t, { store, clock });
  for (let n = 20; n < 40; n += 1) await tell(n % 2 === 1);
  const begun = ['raised', 'resolved', 'raised', 'resolved', 'raised', 'resolved', 'flapping'];
  t.same(await told(), begun);
  t.match(await stands(), [
    { state: 'open', said: { key: 'flapping', params: { changes: 20, results: 21 } }, reopened_count: 3 },
  ]);
  for (let n = 0; n < 15; n += 1) await tell(true);
  t.same(await told(), begun, 'not calm for long enough');
  await tell(true);
  t.same(await told(), [...begun, 'resolved']);
  const [incident] = await stands();
  t.match(incident, { state: 'resolved', said: { key: 'check.failed.over', params: { check: 'Database' } } });
  const events = await store.scoped(everyClient).incidents.events(incident?.id ?? '');
  t.equal(events.length, 41, 'every change, and the end');
});

t.test('what the server found stays to be written until it is', async (t) => {
  const clock: TestClock = { nowMs: START };
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  const { checks, checkPort } = await startServices(t, { store, clock });
  const target = { kind: 'tcp', host: 'shop.example', port: 443 } as const;
  const check = await checkPort.create(everyClient, input(tenant, { deviceId: null, target }), actor);
  const took = new ChangeSet();
  const outcome = { up: true, reason: 'ok', durationMs: 5, httpStatus: null, certificateLeftMs: null } as const;
  checks.takeOutcome(check.id, outcome, START, took);
  const refused = new ChangeSet();
  checks.saveAll(refused);
  t.ok(refused.hasWrites, 'a write that comes to nothing');
  const next = new ChangeSet();
  checks.saveAll(next);
  t.ok(next.hasWrites, 'is tried again');
  for (const work of next.published) work();
  const later = new ChangeSet();
  checks.saveAll(later);
  t.notOk(later.hasWrites, 'and only until it is written');
});
