import t from 'tap';
import { SentenceError } from '../../../protocol/error.ts';
import { everyClient } from '../../../server/domain/scope.ts';
import type { Store } from '../../../server/platform/store/store.ts';
import { ann, contractDesk, deskTerms, wall } from '../../support/contract-desk.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { checkReport, startServices } from '../../support/services.ts';
import { addTenant, type TestClock, tempStore } from '../../support/store.ts';

const full = new SentenceError('unavailable', 'The disk is full.');

/** A store that refuses to write while it is told to. */
function moody(store: Store): { readonly store: Store; refuse: Error | null } {
  const mood: { store: Store; refuse: Error | null } = {
    store: {
      ...store,
      commit: (statements) => (mood.refuse ? Promise.reject(mood.refuse) : store.commit(statements)),
    },
    refuse: null,
  };
  return mood;
}

t.test('a contract that cannot be written is none: its version is made when it can', async (t) => {
  const mood = moody(await tempStore(t));
  const desk = await contractDesk(t, mood.store, new FakeClock(wall('2026-10-02T16:00')));
  const incident = await desk.verdict('raise');
  const dueBefore = desk.book.byId(incident.id)?.clock?.dueAt;
  mood.refuse = full;
  await t.rejects(desk.put(deskTerms()), { code: 'unavailable', message: 'The disk is full.' });
  t.match(await desk.contracts.port.get(everyClient, desk.tenant.client.id), { current: null, versions: [] });
  t.equal(desk.contracts.terms.at(desk.tenant.client.id, desk.clock.ms), null);
  t.equal(desk.book.byId(incident.id)?.clock?.dueAt, dueBefore, 'and no clock follows it');
  mood.refuse = null;
  t.match(await desk.put(deskTerms()), { current: { version: 1, createdBy: ann.name } });
  const { clock } = await desk.stored(incident.id);
  t.same(desk.book.shown.byId(incident.id)?.clock, clock, 'memory is what is stored');
});

t.test('a clock that cannot be paused runs on', async (t) => {
  const mood = moody(await tempStore(t));
  const desk = await contractDesk(t, mood.store, new FakeClock(wall('2026-10-02T10:00')));
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise');
  mood.refuse = full;
  await t.rejects(desk.contracts.clocks.pause(everyClient, id, 'they call back', ann), {
    message: 'The disk is full.',
  });
  t.same({ outage: null, ...desk.book.byId(id) }, await desk.stored(id));
  mood.refuse = null;
  await desk.contracts.clocks.pause(everyClient, id, 'they call back', ann);
  t.equal((await desk.stored(id)).clock?.outcome, 'paused');
});

t.test('a service that cannot be removed stays, with its incident, which ends when the service is up', async (t) => {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const mood = moody(await tempStore(t, clock));
  const { client, device } = await addTenant(mood.store, 'Acme');
  const server = await startServices(t, { store: mood.store, clock });
  const pace = { intervalSeconds: 10, timeoutSeconds: 5, forSeconds: 0, priority: 'high' } as const;
  const target = { kind: 'process', name: 'sqlservr' } as const;
  const actor = { id: 'u1', name: 'Ada' };
  const input = { clientId: client.id, deviceId: device.id, name: 'Database', target, ...pace };
  const check = await server.checkPort.create(everyClient, input, actor);
  const terms = { clientId: client.id, name: 'Invoicing', deviceIds: [], needed: 0, blocks: null, targetPpm: null };
  const service = await server.servicePort.create(everyClient, { ...terms, checkIds: [check.id] }, actor);
  let position = 0;
  const tell = async (up: boolean): Promise<void> => {
    clock.nowMs += 10_000;
    position += 1;
    await server.watch.takeReports(position, [checkReport(device.id, check.id, { at: clock.nowMs, up })]);
    await server.watch.tick();
  };
  await tell(true);
  await tell(false);
  const open = () => [...server.book.open()].map(({ rule }) => rule).sort();
  t.same(open(), ['check.failed', 'service.down']);
  mood.refuse = full;
  await t.rejects(server.servicePort.remove(everyClient, service.id, actor), { message: 'The disk is full.' });
  t.match(server.servicePort.get(everyClient, service.id), { state: 'down' });
  t.same(open(), ['check.failed', 'service.down']);
  mood.refuse = null;
  await tell(true);
  t.same(open(), [], 'it is still followed');
});

t.test('whoever is shut out while their act waits is refused', async (t) => {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const { watch } = await startServices(t, { store, clock });
  const admin = await store.users.create({ email: 'a@b.example', name: 'A', role: 'admin', passwordHash: 'x' });
  const { id } = await store.users.create({ email: 'c@d.example', name: 'C', role: 'admin', passwordHash: 'x' });
  const done: string[] = [];
  const disabling = watch.actOnStore(admin, 'user.disable', everyClient, async (turn, _scoped, handle) => {
    await handle.users.disable(id);
    turn.record(id);
  });
  const inMemory = watch.act({ id }, 'client.change', everyClient, (changes) => {
    done.push('in memory');
    changes.record('1');
  });
  const inStore = watch.actOnStore({ id }, 'client.change', everyClient, async (turn) => {
    done.push('in the database');
    turn.record('1');
  });
  const outcomes = await Promise.allSettled([disabling, inMemory, inStore]);
  t.match(outcomes, [
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'unauthenticated' } },
    { status: 'rejected', reason: { code: 'unauthenticated' } },
  ]);
  t.same(done, []);
  t.equal(await store.audit.count({ action: 'client.change' }), 0);
});

t.test('whose key or session is over before their turn comes is refused', async (t) => {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const { watch } = await startServices(t, { store, clock });
  const { id } = await store.users.create({ email: 'a@b.example', name: 'A', role: 'admin', passwordHash: 'x' });
  const expires_at = clock.nowMs + 1_000;
  const session = { user_id: id, created_at: clock.nowMs, last_seen_at: clock.nowMs, revoked_at: null, expires_at };
  const ends = { ended: expires_at, stolen: expires_at + 1_000, good: expires_at + 1_000 };
  for (const [name, end] of Object.entries(ends))
    await store.sessions.insert({ ...session, id: name, token_hash: Buffer.from(name), expires_at: end });
  const key = { name: 'Key', role: 'admin', client_id: null, created_at: clock.nowMs, created_by: id } as const;
  const own = { last_used_at: null, revoked_at: null, expires_at };
  await store.scoped(everyClient).apiKeys.insert({ ...key, ...own, id: 'late', secret_hash: Buffer.from('late') });
  const blocker = Promise.withResolvers<void>();
  const blocking = watch.lane.run(() => blocker.promise);
  const actors = [{ id: 'key:late' }, ...Object.keys(ends).map((sessionId) => ({ id, sessionId }))];
  const acts = [...actors, { id, sessionId: 'only in memory' }].flatMap((actor) => [
    watch.act(actor, 'client.change', everyClient, (changes) => changes.record('1')),
    watch.actOnStore(actor, 'client.change', everyClient, async (turn) => turn.record('1')),
  ]);
  const settled = Promise.allSettled(acts);
  await store.sessions.revoke('stolen');
  clock.nowMs = expires_at;
  blocker.resolve();
  await blocking;
  const over = { status: 'rejected', reason: { code: 'unauthenticated' } };
  const done = { status: 'fulfilled' };
  t.match(await settled, [over, over, over, over, over, over, done, done, done, done]);
  t.equal(await store.audit.count({ action: 'client.change' }), 4);
});
