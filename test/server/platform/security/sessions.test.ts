import t from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { createLastUse } from '../../../../server/platform/security/last-use.ts';
import { createSessions, SESSION_IDLE_MS, SESSION_MAX_MS } from '../../../../server/platform/security/sessions.ts';
import { tempStore } from '../../../support/store.ts';
import { until } from '../../../support/until.ts';

const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

async function setUp(t: Parameters<typeof tempStore>[0]) {
  const clock = { nowMs: START_MS };
  const store = await tempStore(t, clock);
  const user = await store.users.create({ email: 'a@b.c', name: 'Ada', role: 'admin', passwordHash: 'x' });
  await store.users.create({ email: 'b@b.c', name: 'Bob', role: 'admin', passwordHash: 'x' });
  const sessions = createSessions(store, () => clock.nowMs);
  return { clock, store, user, sessions, ...(await sessions.create(user.id)) };
}

t.test('a secret opens its session and no other does', async (t) => {
  const { store, sessions, secret, sessionId, user } = await setUp(t);
  t.match(secret, /^[\w-]{43}$/);
  t.same(await sessions.verify(secret), { sessionId, user });
  const f = async (given: string) => t.equal(await sessions.verify(given), null, given);
  await f('');
  await f('A'.repeat(43));
  await f(`${secret}x`);
  await f(sessionId);
  const row = await store.sessions.get(sessionId);
  t.notOk(JSON.stringify(row).includes(secret), 'the secret itself is nowhere in the database');
  await f(Buffer.from(row!.token_hash).toString('base64url'));
});

t.test('it ends after 12 idle hours, but not while it is used', async (t) => {
  const { clock, sessions, secret, sessionId } = await setUp(t);
  clock.nowMs += SESSION_IDLE_MS - MINUTE_MS;
  t.ok(await sessions.verify(secret));
  clock.nowMs += SESSION_IDLE_MS - MINUTE_MS;
  t.ok(await sessions.stillValid(sessionId), 'the use before counts');
  clock.nowMs += MINUTE_MS;
  t.notOk(await sessions.stillValid(sessionId), 'an open socket does not keep it alive');
  t.equal(await sessions.verify(secret), null);
});

t.test('it ends after 30 days in any case', async (t) => {
  const { clock, sessions, secret } = await setUp(t);
  while (clock.nowMs + SESSION_IDLE_MS / 2 < START_MS + SESSION_MAX_MS) {
    clock.nowMs += SESSION_IDLE_MS / 2;
    t.ok(await sessions.verify(secret));
  }
  clock.nowMs = START_MS + SESSION_MAX_MS;
  t.equal(await sessions.verify(secret), null);
});

t.test('its use is written behind, a minute apart at least', async (t) => {
  const { clock, store, user } = await setUp(t);
  const lastUse = createLastUse({ store, statement: store.sessions.useStatement, logger: { warn: () => t.fail() } });
  t.teardown(() => lastUse.close());
  const sessions = createSessions(store, () => clock.nowMs, lastUse);
  const { secret, sessionId } = await sessions.create(user.id);
  const seen = async () => (await store.sessions.get(sessionId))!.last_seen_at - START_MS;
  clock.nowMs += MINUTE_MS - 1;
  await sessions.verify(secret);
  await lastUse.flush();
  t.equal(await seen(), 0);
  clock.nowMs += 1;
  await sessions.verify(secret);
  t.equal(await seen(), 0, 'to read is not to write');
  await lastUse.flush();
  t.equal(await seen(), MINUTE_MS);
});

t.test('revoked, or its user disabled: over at once', async (t) => {
  const { store, sessions, secret, sessionId, user } = await setUp(t);
  const second = await sessions.create(user.id);
  await sessions.revoke(sessionId);
  t.equal(await sessions.verify(secret), null);
  t.notOk(await sessions.stillValid(sessionId));
  t.ok(await sessions.verify(second.secret), 'the other one of the same user goes on');
  await store.users.disable(user.id);
  t.equal(await sessions.verify(second.secret), null);
});

t.test('prune deletes what nobody can use any more', async (t) => {
  const { clock, store, sessions, secret, sessionId, user } = await setUp(t);
  const revoked = await sessions.create(user.id);
  await sessions.revoke(revoked.sessionId);
  t.equal(await sessions.prune(clock.nowMs), 1);
  t.ok(await sessions.verify(secret));
  clock.nowMs += SESSION_IDLE_MS + 1;
  t.equal(await sessions.prune(null), 0, 'none while nobody can say what time it is');
  t.equal(await sessions.prune(clock.nowMs), 1);
  t.equal(await store.sessions.get(sessionId), null);
});

t.test('a full disk: sessions are read without a write, and a login lives in memory', async (t) => {
  const clock = { nowMs: START_MS };
  const store = await tempStore(t, clock);
  const user = await store.users.create({ email: 'a@b.c', name: 'Ada', role: 'admin', passwordHash: 'x' });
  let isFull = false;
  const refusing =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      isFull ? Promise.reject(new SentenceError('unavailable', 'The disk is full.')) : work(...args);
  const { insert, revoke } = store.sessions;
  const stored = { insert: refusing(insert), revoke: refusing(revoke) };
  const sessions = createSessions({ ...store, sessions: { ...store.sessions, ...stored } }, () => clock.nowMs);
  const before = await sessions.create(user.id);
  isFull = true;
  clock.nowMs += SESSION_IDLE_MS - MINUTE_MS;
  t.ok(await sessions.verify(before.secret), 'what was there before');
  clock.nowMs += SESSION_IDLE_MS - MINUTE_MS;
  t.ok(await sessions.verify(before.secret), 'also when its use could not be stored for long');
  const made = await sessions.create(user.id);
  t.same(await sessions.verify(made.secret), { sessionId: made.sessionId, user });
  t.ok(await sessions.stillValid(made.sessionId));
  await sessions.revoke(made.sessionId);
  t.equal(await sessions.verify(made.secret), null);
  const [one, other] = [await sessions.create(user.id), await sessions.create(user.id)];
  sessions.endInMemory(user.id, one.sessionId);
  t.ok(await sessions.verify(one.secret), 'a new password ends all others');
  t.equal(await sessions.verify(other.secret), null, 'also those that were never stored');
  sessions.endInMemory(user.id);
  t.equal(await sessions.verify(one.secret), null);
  await sessions.revoke(before.sessionId);
  t.equal(await sessions.verify(before.secret), null, 'whoever logs out is out');
  isFull = false;
  const isStored = async (id: string) => ((await store.sessions.get(id))?.revoked_at ?? null) !== null;
  await until('it to be stored by itself', () => isStored(before.sessionId));
  const last = await sessions.create(user.id);
  isFull = true;
  await sessions.revoke(last.sessionId);
  isFull = false;
  await sessions.close();
  t.ok(await isStored(last.sessionId), 'also by an end before it is tried again: a start does not take it for valid');
});
