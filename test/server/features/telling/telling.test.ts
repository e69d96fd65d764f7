import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import {
  DELIVERY_DEADLINE_MS,
  FLOOD_LIMIT,
  FLOOD_WINDOW_MS,
  GIVE_UP_AFTER_MS,
} from '../../../../server/features/telling/courier.ts';
import { setUpTelling } from '../../../support/telling.ts';
import { until } from '../../../support/until.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

t.test('every receiver whose it is gets the message, with a key of its own; the log gets everything', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const first = await site.addHook(telling);
  const second = await site.addHook(telling, { minPriority: 'high' });
  const other = await site.addHook(telling, { minPriority: 'emergency' });
  const incident = await site.addIncident();
  await site.put(incident, 'raised');
  await until('both', () => first.bodies().length === 1 && second.bodies().length === 1);
  t.equal(first.bodies()[0].id, `${incident}/0/raised:${first.id}`);
  t.equal(second.bodies()[0].id, `${incident}/0/raised:${second.id}`);
  t.match(first.bodies()[0], {
    title: 'High: acme-srv: raised of it',
    facts: { Client: 'Acme', Site: 'Main', Device: 'acme-srv' },
    link: `https://vigia.test/incidents/${incident}`,
  });
  await until('the log', () => site.logged.length === 1);
  t.same(other.bodies(), []);
  await until('all is marked and counted', () => site.outcomes.length === 3);
  const { items } = await telling.receivers.list(everyClient, { limit: 10 });
  t.match(
    items.find(({ id }) => id === first.id),
    { lastDeliveredAt: '2026-10-02T12:00:00.000Z', waiting: 0, lastError: null },
  );
  t.same(site.outcomes.toSorted(), ['log delivered', 'webhook delivered', 'webhook delivered']);
});

t.test('a receiver that hangs delays nobody else', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  await site.addHook(telling, {}, { behaviour: 'hangs' });
  const healthy = await site.addHook(telling);
  const startedAt = performance.now();
  for (let n = 0; n < 5; n += 1) {
    await site.put(await site.addIncident(), 'raised');
    await until(`message ${n}`, () => healthy.bodies().length === n + 1);
  }
  t.equal(healthy.bodies().length, 5);
  t.ok(performance.now() - startedAt < 5 * DELIVERY_DEADLINE_MS, 'the hanging one alone would have taken longer');
  await until('the queue is counted', () => telling.queues.deliveries.length() === 5);
  site.clock.nowMs += MINUTE;
  t.equal(telling.queues.deliveries.oldestMs(), MINUTE);
});

t.test('a recovery goes only to whom the problem went', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  let isDown = true;
  const shaky = await site.addHook(
    telling,
    {},
    {
      onReceived: () => (isDown ? 503 : undefined),
    },
  );
  const incident = await site.addIncident();
  await site.put(incident, 'raised');
  await until('a first try', async () => (await site.deliveries(shaky.id))[0]?.attempts === 1);
  const late = await site.addHook(telling);
  isDown = false;
  await site.put(incident, 'resolved');
  site.clock.nowMs += 1;
  await until('the recovery waits', async () => (await site.deliveries(shaky.id)).length === 2);
  site.clock.nowMs += 15 * MINUTE;
  await until('both', async () => (await site.deliveries(shaky.id)).every((row) => row.delivered_at !== null));
  t.same(shaky.kinds(), ['resolved'], 'what is true now');
  t.same(late.bodies(), [], 'who did not hear of the problem does not hear of its end');
});

t.test('what can wait is told at 08:00, in one message', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const hook = await site.addHook(telling);
  const [over, open, urgent] = [await site.addIncident(), await site.addIncident(), await site.addIncident()];
  await site.put(over, 'raised', 'normal');
  await site.put(open, 'raised', 'normal');
  await site.put(urgent, 'raised', 'high');
  await until('the urgent one', () => hook.bodies().length === 1);
  await site.put(over, 'resolved', 'normal');
  await until('all are planned', async () => (await site.deliveries(hook.id)).length === 4);
  t.equal(
    (await site.deliveries(hook.id)).filter((row) => row.due_at === Date.parse('2026-10-03T08:00:00Z')).length,
    3,
  );
  site.clock.nowMs = Date.parse('2026-10-03T08:00:00Z');
  await until('the digest', () => hook.bodies().length === 2);
  const digest = hook.bodies()[1];
  t.match(digest, {
    kind: 'digest',
    title: 'Daily digest: 2 entries, 1 open',
    id: `digest/${site.clock.nowMs}:${hook.id}`,
  });
  t.match(digest.lines, [/^resolved: /, /^Normal: /]);
  await until('all are marked', async () => (await site.deliveries(hook.id)).every((row) => row.delivered_at !== null));
  await until('the log', () => site.logged.length >= 4);
  t.equal(site.logged.length, 4, 'the log knows no night');
});

t.test('a flood becomes one message; emergencies stay single', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const hook = await site.addHook(telling);
  const incidents = await Promise.all(Array.from({ length: FLOOD_LIMIT + 20 }, () => site.addIncident()));
  await site.putAll(incidents, 'raised');
  await until('the flood', async () => (await site.deliveries(hook.id)).filter((row) => row.delivered_at).length >= 50);
  t.equal(hook.bodies().length, FLOOD_LIMIT + 1);
  t.match(hook.bodies().at(-1), { kind: 'summary', title: 'Many messages at once: 20 entries, 20 open' });

  await site.put(await site.addIncident(), 'raised');
  await site.put(await site.addIncident(), 'raised', 'emergency');
  await until('the emergency', () => hook.bodies().at(-1).priority === 'emergency');
  await until(
    'one is held',
    async () => (await site.deliveries(hook.id)).filter((row) => !row.delivered_at).length === 1,
  );
  site.clock.nowMs += FLOOD_WINDOW_MS;
  await until('calm again', () => hook.bodies().length === FLOOD_LIMIT + 3);
  t.equal(hook.bodies().at(-1).kind, 'incident.raised');
});

t.test('what fails is tried again later, and given up after three days at the earliest', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const hook = await site.addHook(telling, { name: 'Ops' }, { behaviour: 'refuses' });
  await site.put(await site.addIncident(), 'raised');
  const row = async () => (await site.deliveries(hook.id))[0]!;
  await until('a try', async () => (await row())?.attempts === 1);
  t.match((await row()).last_error_json, /"status":500,"text":"unwanted/);
  const startedAt = (await row()).first_due_at;
  for (let attempt = 2; attempt <= 12; attempt += 1) {
    const { due_at: dueAt } = await row();
    t.ok(dueAt > site.clock.nowMs && dueAt <= site.clock.nowMs + 15 * MINUTE, `try ${attempt} is in time`);
    site.clock.nowMs = dueAt;
    await until(`try ${attempt}`, async () => (await row()).attempts === attempt);
  }
  site.clock.nowMs = startedAt + GIVE_UP_AFTER_MS - 1;
  await until('one more', async () => (await row()).attempts === 13);
  t.equal((await row()).given_up_at, null);
  site.clock.nowMs += 15 * MINUTE;
  await until('the end', async () => (await row()).given_up_at);
  t.match((await row()).last_error_json, /delivery\.given-up.*delivery\.answered.*500/);
  site.clock.nowMs += MINUTE;
  await until('people see it', () => site.health.warnings[0]?.includes('given up'));
  t.same(site.health.warnings, ['In the last day 1 of the messages to Ops was given up after three days of trying.']);
  t.match((await telling.receivers.list(everyClient, { limit: 1 })).items[0], { waiting: 0, lastError: /Given up/ });
});

t.test('a receiver that asks to be left alone is', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const answer = { status: 429, headers: { 'retry-after': '600' }, body: 'slow down' };
  let asked = 0;
  const hook = await site.addHook(
    telling,
    {},
    {
      answer,
      onReceived: () => {
        asked += 1;
        return undefined;
      },
    },
  );
  await site.put(await site.addIncident(), 'raised');
  await site.put(await site.addIncident(), 'raised');
  await until('a try', async () => (await site.deliveries(hook.id))[0]?.attempts === 1);
  t.equal((await site.deliveries(hook.id))[0]?.due_at, site.clock.nowMs + 600_000);
  await site.put(await site.addIncident(), 'raised', 'emergency');
  await until('it waits too', async () => (await site.deliveries(hook.id)).length === 3);
  t.equal(asked, 1);
  site.clock.nowMs += 600_000;
  await until('the next try', () => asked === 2);
});

t.test('a restart goes on where it was', async (t) => {
  const site = await setUpTelling(t);
  const before = site.start();
  const hook = await site.addHook(before);
  await site.addHook(before, {}, { behaviour: 'hangs' });
  await site.put(await site.addIncident(), 'raised');
  await until('one has it', () => hook.bodies().length === 1);
  await before.stop();
  const after = site.start();
  await site.put(await site.addIncident(), 'raised');
  const isMarked = async () => (await site.deliveries(hook.id)).filter((row) => row.delivered_at !== null).length === 2;
  await until('the next', isMarked);
  t.equal(new Set(hook.bodies().map(({ id }) => id)).size, 2);
  await after.stop();
  const hanging = await site.store.db.selectFrom('delivery').selectAll().where('delivered_at', 'is', null).execute();
  t.equal(hanging.length, 2, 'what was under way stays');
  t.ok(hanging.every((row) => row.attempts === 0 && row.given_up_at === null));
});

t.test('what nobody can open is said, not sent', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const { id } = await site.addReceiver(telling, {
    kind: 'webhook',
    url: 'http://127.0.0.1:9',
    secret: 'x'.repeat(20),
  });
  await site.store.db
    .updateTable('receiver')
    .set({ secrets_sealed: Buffer.alloc(60) })
    .execute();
  await site.put(await site.addIncident(), 'raised');
  await until('a try', async () => (await site.deliveries(id))[0]?.attempts === 1);
  t.match((await site.deliveries(id))[0], { last_error_json: /"refused.secret.sealed"/ });
});

t.test('a message that cannot be read does not hold up the others', async (t) => {
  const site = await setUpTelling(t);
  await site.put(await site.addIncident(), 'raised');
  await site.store.db.updateTable('outbox').set({ payload_json: 'no json' }).execute();
  await site.put(await site.addIncident(), 'raised');
  site.start();
  await until('the other', () => site.logged.length === 1);
  const rows = await site.store.db.selectFrom('outbox').selectAll().orderBy('id').execute();
  t.match(rows[0], { delivered_at: null, attempts: 1, last_error_json: '{"key":"delivery.unreadable","params":{}}' });
});

t.test('removing a receiver ends what waits for it', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const hook = await site.addHook(telling, {}, { behaviour: 'refuses' });
  const incident = await site.addIncident();
  await site.put(incident, 'raised');
  await until('a try', async () => (await site.deliveries(hook.id))[0]?.attempts === 1);
  await telling.receivers.remove(everyClient, hook.id, { id: 'test' });
  t.match(await site.deliveries(hook.id), [
    { given_up_at: site.clock.nowMs, last_error_json: '{"key":"delivery.removed","params":{}}' },
  ]);
  await site.put(incident, 'resolved');
  await until('the log', () => site.logged.length === 2);
  t.equal((await site.deliveries(hook.id)).length, 1);
});

t.test('old messages are forgotten, but not those about what is open', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const [open, over] = [await site.addIncident(), await site.addIncident({ state: 'resolved', resolved_at: 1 })];
  await site.put(open, 'raised');
  await site.put(over, 'raised');
  await until('both', async () => (await site.deliveries('log')).filter((row) => row.delivered_at).length === 2);
  t.same(await telling.daily[0]?.remove(site.clock.nowMs), { pruned: 0 });
  site.clock.nowMs += 91 * DAY;
  t.same(await telling.daily[0]?.remove(site.clock.nowMs), { pruned: 1 });
  const left = await site.store.db.selectFrom('outbox').select('idempotency_key').execute();
  t.same(left, [{ idempotency_key: `${open}/0/raised` }]);
});

t.test('who was away is told what is true now, not what was', async (t) => {
  const site = await setUpTelling(t);
  const telling = site.start();
  const away = { isAway: true };
  const hook = await site.addHook(telling, {}, { onReceived: () => (away.isAway ? 503 : undefined) });
  /** Each of them, as what comes back between two gets the second as if nothing had been. */
  const areTried = async (first: number, count: number) => {
    const tried = (await site.deliveries(hook.id)).slice(first).filter(({ attempts }) => attempts > 0);
    return tried.length === count;
  };
  const comeBack = async () => {
    away.isAway = false;
    site.clock.nowMs += 15 * MINUTE;
    // The more often a slow machine tried, the later it tries again.
    await until('all is told', async () => {
      site.clock.nowMs += MINUTE;
      return (await site.deliveries(hook.id)).every((row) => row.delivered_at !== null);
    });
    return hook.bodies();
  };

  const shaky = await site.addIncident({ state: 'resolved', said_json: JSON.stringify(typed('It is well')) });
  for (let n = 0; n < 29; n += 1) {
    await site.putAll([shaky], n % 2 === 0 ? 'raised' : 'resolved', 'high', n >> 1);
    if (n === 5) await until('a try', () => areTried(0, 1));
    site.clock.nowMs += MINUTE;
  }
  await site.putAll([shaky], 'resolved', 'high', 14);
  await until('all wait', async () => (await site.deliveries(hook.id)).length === 30);
  const one = await comeBack();
  t.match(one, [{ kind: 'incident.resolved' }]);
  t.equal(one.length, 1, 'thirty messages about one incident are one');

  away.isAway = true;
  const few = [await site.addIncident(), await site.addIncident()];
  await site.putAll(few, 'raised');
  await until('a try of each', () => areTried(30, few.length));
  await site.putAll(few.slice(0, 1), 'reminded');
  await until('they wait', async () => (await site.deliveries(hook.id)).length === 33);
  const two = (await comeBack()).slice(1);
  t.same(new Set(two.map(({ kind }) => kind)), new Set(['incident.raised', 'incident.reminded']));
  t.equal(two.length, 2, 'one each of a few');

  away.isAway = true;
  const many = await Promise.all(
    Array.from({ length: 8 }, () => site.addIncident({ said_json: JSON.stringify(typed('as it is now')) })),
  );
  await site.putAll(many, 'raised');
  await until('a try of each', () => areTried(33, many.length));
  await site.putAll(many, 'reminded');
  await until('all of them wait', async () => (await site.deliveries(hook.id)).length === 49);
  const [list, ...more] = (await comeBack()).slice(3);
  t.match(list, { kind: 'summary', title: 'What could not be told: 8 entries, 8 open' });
  t.equal(list.lines.length, 8);
  t.match(list.lines[0], /as it is now/);
  t.same(more, [], 'many are one list');
});
