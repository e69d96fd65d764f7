import pino from 'pino';
import t, { type Test } from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import type { Said } from '../../../../protocol/said/said.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import type { Incidents } from '../../../../server/core/incidents/incident-index.ts';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { createIncidentPort } from '../../../../server/features/incidents/incident-port.ts';
import { everywhere } from '../../../../server/fleet/effective-settings.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { Health } from '../../../../server/platform/health/health.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { Watch } from '../../../../server/watch/watch.ts';
import { inLane } from '../../../support/in-lane.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

const wordsOf = (what: Said | null): string | null => what && plain(what, 0);

const ann = { id: 'u1', name: 'Ann' };

async function setUp(t: Test) {
  const store = await tempStore(t);
  const user = await store.users.create({ email: 'bob@x.test', name: 'Bob', role: 'technician', passwordHash: '-' });
  const [tenant, other] = [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const evidence_json = '{"metrics":["fs.available[/]"],"threshold":{"metric":"fs.available[/]","value":5}}';
  const row = incidentRow(tenant, { id: 'i1', evidence_json });
  await store.commit([store.scoped(everyClient).incidents.saveStatement(row)]);
  const book = new IncidentBook(store, 3_600_000);
  await book.load(0);
  const published: string[] = [];
  const fleet = new Fleet(store);
  await fleet.load();
  const clock = { now: () => 50_000, driftMs: () => 0 };
  const refusing: { cause: Error | null } = { cause: null };
  const wrapped: Store = {
    ...store,
    commit: (statements) => (refusing.cause ? Promise.reject(refusing.cause) : store.commit(statements)),
  };
  const health = new Health();
  const watch = new Watch({
    clock,
    store: wrapped,
    fleet,
    book,
    health,
    settings: everywhere(defaultSettings),
    logger: pino({ level: 'silent' }),
    publish: (changes) => {
      for (const { record } of changes.incidents) published.push(`${record.id} ${record.state}`);
    },
  });
  t.teardown(() => watch.stop());
  const port = createIncidentPort({ store, book, fleet, act: watch.act, now: clock.now });
  return { store, port, book, watch, fleet, health, refusing, published, user, other, tenant };
}

t.test('acknowledge, assign, note, resolve: each is a line of history, written and then shown', async (t) => {
  const { store, port, published, user, book, tenant } = await setUp(t);
  await port.acknowledge(everyClient, 'i1', ann);
  await port.assign(everyClient, 'i1', user.id, ann);
  await port.note(everyClient, 'i1', 'The log is growing.', ann);
  await port.assign(everyClient, 'i1', null, ann);
  await port.resolve(everyClient, 'i1', 'Cleaned up.', ann);
  await port.note(everyClient, 'i1', 'A note afterwards is welcome.', ann);
  const detail = await port.detail(everyClient, 'i1');
  t.match(detail, {
    state: 'resolved',
    acknowledgedBy: 'Ann',
    acknowledgedAt: '1970-01-01T00:00:50.000Z',
    assigneeId: null,
    resolvedAt: '1970-01-01T00:00:50.000Z',
    evidence: { metrics: ['fs.available[/]'], threshold: { value: 5 } },
    similar: [],
  });
  t.same(
    detail?.events.map(({ kind, by, text }) => `${kind} ${by} ${text}`),
    [
      'acknowledged Ann ',
      'assigned Ann Bob',
      'note Ann The log is growing.',
      'assigned Ann ',
      'resolved Ann Cleaned up.',
      'note Ann A note afterwards is welcome.',
    ],
  );
  t.same(published, [
    'i1 acknowledged',
    'i1 acknowledged',
    'i1 acknowledged',
    'i1 acknowledged',
    'i1 resolved',
    'i1 resolved',
  ]);
  t.same([...book.openOf(tenant.device.id)], []);
  t.same(await store.outbox.due(50_000, 10), [], 'nobody was told that it began, so nobody is told that it is over');
});

t.test('what makes no sense is a conflict with a sentence', async (t) => {
  const { port, published } = await setUp(t);
  await port.acknowledge(everyClient, 'i1', ann);
  await t.rejects(port.acknowledge(everyClient, 'i1', { id: 'u2', name: 'Eve' }), {
    code: 'conflict',
    message: 'Ann has acknowledged it already.',
  });
  await t.rejects(port.assign(everyClient, 'i1', 'nobody', ann), {
    code: 'not_found',
    message: 'There is no such user.',
  });
  await port.resolve(everyClient, 'i1', '', ann);
  const resolved = { code: 'conflict', message: 'The incident is resolved already.' };
  await t.rejects(port.resolve(everyClient, 'i1', '', ann), resolved);
  await t.rejects(port.acknowledge(everyClient, 'i1', ann), resolved);
  await t.rejects(port.assign(everyClient, 'i1', null, ann), resolved);
  t.equal(published.length, 2, 'what was refused is not shown');
});

t.test('what cannot be written is refused with the reason, and is not so for anybody', async (t) => {
  const { store, port, book, refusing, published, tenant } = await setUp(t);
  const raised = { kind: 'incident.raised', created_at: 0, due_at: 0, attempts: 0, payload_json: '{}' };
  await store.db
    .insertInto('outbox')
    .values({ ...raised, client_id: tenant.client.id, idempotency_key: 'i1/0/raised' })
    .execute();
  const inMemory = (from: Pick<Incidents, 'openOf'>) => [...from.openOf(tenant.device.id)].map(({ state }) => state);
  for (const cause of [new SentenceError('unavailable', 'The disk is full.'), new Error('CHECK constraint failed')]) {
    refusing.cause = cause;
    await t.rejects(port.acknowledge(everyClient, 'i1', ann), { message: cause.message });
    await t.rejects(port.resolve(everyClient, 'i1', '', ann), { message: cause.message });
    t.same([inMemory(book), inMemory(book.shown)], [['open'], ['open']]);
  }
  t.match(await port.detail(everyClient, 'i1'), { state: 'open', events: [] });
  t.same(published, []);
  refusing.cause = null;
  await port.resolve(everyClient, 'i1', 'Cleaned up.', ann);
  t.same([inMemory(book), inMemory(book.shown)], [[], []]);
  t.same(published, ['i1 resolved']);
  t.match(await store.outbox.due(50_000, 10), [{ kind: 'incident.raised' }, { kind: 'incident.resolved' }]);
});

t.test('what is decided is shown when it is written, and not before', async (t) => {
  const { book, watch, tenant } = await setUp(t);
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  const record = [...book.open()][0]!;
  const acting = inLane(watch)(async () => {
    book.put({ ...record, state: 'resolved', resolvedAt: 50_000 });
    seen.push(`decided ${[...book.openOf(tenant.device.id)].length}, shown ${[...book.shown.open()].length}`);
    await gate.promise;
    throw new SentenceError('conflict', 'Somebody else was faster.');
  });
  gate.resolve();
  await t.rejects(acting, { code: 'conflict' });
  t.same(seen, ['decided 0, shown 1']);
  t.same([...book.open()], [record], 'what an act decided before it failed is not so either');
});

t.test('while the state cannot be written nobody waits: who acts is told why at once', async (t) => {
  const { port, watch, fleet, health, refusing } = await setUp(t);
  refusing.cause = new SentenceError('unavailable', 'The disk of the data folder is full.');
  const device = [...fleet.devices.values()][0]!;
  const goodbye = watch.takeGoodbye(device, 'reboot');
  const early = port.note(everyClient, 'i1', 'asked before it was known', ann);
  const reason = {
    code: 'unavailable',
    message: 'Nothing can be changed now. The server cannot write its state: The disk of the data folder is full.',
  };
  await t.rejects(early, reason);
  t.match(wordsOf(health.about('state')), /disk of the data folder is full/);
  await t.rejects(port.note(everyClient, 'i1', 'and after', ann), reason);
  refusing.cause = null;
  await goodbye;
  await port.note(everyClient, 'i1', 'and now it works', ann);
  t.match((await port.detail(everyClient, 'i1'))?.events, [{ text: 'and now it works' }]);
});

t.test('nobody touches or sees the incidents of another client', async (t) => {
  const { port, other } = await setUp(t);
  const scope = ofClients(other.client.id);
  t.equal(await port.detail(scope, 'i1'), null);
  await t.rejects(port.acknowledge(scope, 'i1', ann), { code: 'not_found', message: 'There is no such incident.' });
  t.same(await port.list(scope, { state: 'all', limit: 10 }), { items: [], next: null });
  t.same(await port.recent(scope), []);
});

t.test('lists, and what is similar', async (t) => {
  const { store, port, tenant } = await setUp(t);
  const { incidents } = store.scoped(everyClient);
  const earlier = {
    key: incidentRow(tenant).key,
    state: 'resolved',
    evidence_json: '{"metrics":[],"threshold":null}',
  } as const;
  await store.commit([
    incidents.saveStatement(incidentRow(tenant, { ...earlier, id: 'i0', opened_at: 500, resolved_at: 900 })),
    incidents.saveStatement(incidentRow(tenant, { ...earlier, id: 'ix', opened_at: 100, resolved_at: 200 })),
  ]);
  const page = await port.list(everyClient, { state: 'all', limit: 2 });
  t.same(
    page.items.map(({ id }) => id),
    ['i1', 'i0'],
  );
  t.ok(page.next);
  t.same(
    (await port.recent(everyClient)).map(({ id }) => id),
    ['i1', 'i0', 'ix'],
  );
  t.same((await port.detail(everyClient, 'i1'))?.similar, [
    { id: 'i0', openedAt: '1970-01-01T00:00:00.500Z', resolvedAt: '1970-01-01T00:00:00.900Z' },
    { id: 'ix', openedAt: '1970-01-01T00:00:00.100Z', resolvedAt: '1970-01-01T00:00:00.200Z' },
  ]);
  t.match(await port.detail(everyClient, 'i0'), {
    evidence: null,
    similar: [{ id: 'i1', resolvedAt: null }, { id: 'ix' }],
  });
});
