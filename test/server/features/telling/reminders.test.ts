import t, { type Test } from 'tap';
import type { Priority } from '../../../../protocol/api/view.ts';
import { said } from '../../../../protocol/said/said.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { toRow } from '../../../../server/core/incidents/rows.ts';
import { incidentStatements } from '../../../../server/core/incidents/statements.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { Reminders } from '../../../../server/features/telling/reminders.ts';
import { spoken } from '../../../support/spoken.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

const MINUTE = 60_000;

async function setUp(t: Test, priority: Priority) {
  const store = await tempStore(t);
  const { client, site, device } = await addTenant(store, 'Acme');
  const subject = { clientId: client.id, siteId: site.id, deviceId: device.id };
  let { book, reminders } = await start();
  async function start() {
    const newBook = new IncidentBook(store, 60 * MINUTE);
    await newBook.load(0);
    const made = new Reminders(newBook);
    await made.load(store);
    newBook.addPolicy(made.policy);
    return { book: newBook, reminders: made };
  }
  const evidence = { metrics: [], threshold: null };
  const verdict = { kind: 'raise', rule: 'contact', object: '', priority, said: said('blame.contact') } as const;
  const step = book.step({ ...verdict, evidence, onset: 0, at: 0 }, subject, 3 * MINUTE)!;
  await store.commit(incidentStatements(store, step, 0));
  return {
    store,
    id: step.record.id,
    get book() {
      return book;
    },
    async restart() {
      ({ book, reminders } = await start());
    },
    /** Judges every minute up to this one; returns the minutes of the reminders so far. */
    async until(minute: number) {
      for (let at = 0; at <= minute; at += 1) {
        const changes = new ChangeSet();
        reminders.judge(changes, at * MINUTE);
        if (changes.hasWrites) await store.commit(changes.statements(store, 0, at * MINUTE));
      }
      const events = await store.scoped(everyClient).incidents.events(step.record.id);
      return events.filter(({ kind }) => kind === 'reminded').map(({ at }) => at / MINUTE);
    },
    clockSet(minutes: number) {
      const sizeMs = minutes * MINUTE;
      reminders.clockSet({ sizeMs, now: 0, since: Number.POSITIVE_INFINITY });
    },
    async change(changes: object) {
      const record = { ...book.byId(step.record.id)!, ...changes };
      book.put(record);
      await store.commit([store.scoped(everyClient).incidents.saveStatement(toRow(record))]);
    },
  };
}

t.test('an emergency that nobody acknowledges repeats every 10 min, High every 30, others never', async (t) => {
  t.same(await (await setUp(t, 'emergency')).until(45), [13, 23, 33, 43], 'from when people were told');
  t.same(await (await setUp(t, 'high')).until(70), [33, 63]);
  t.same(await (await setUp(t, 'medium')).until(100), []);
  t.same(await (await setUp(t, 'normal')).until(100), []);
});

t.test('each reminder is one message', async (t) => {
  const site = await setUp(t, 'emergency');
  await site.until(25);
  const rows = await site.store.db
    .selectFrom('outbox')
    .select(['kind', 'due_at', 'payload_json'])
    .orderBy('id')
    .execute();
  t.same(
    rows.map(({ kind, due_at }) => `${kind} ${due_at / MINUTE}`),
    ['incident.raised 3', 'incident.reminded 13', 'incident.reminded 23'],
  );
  t.match(spoken(JSON.parse(rows[1]!.payload_json)), { noteSaid: 'Open for 13 min, and nobody has acknowledged it' });
});

t.test('a restart neither repeats nor skips one; of those missed meanwhile there is one', async (t) => {
  const site = await setUp(t, 'emergency');
  t.same(await site.until(14), [13]);
  await site.restart();
  t.same(await site.until(22), [13]);
  t.same(await site.until(23), [13, 23]);
  await site.restart();
  const changes = new ChangeSet();
  t.notOk(changes.hasWrites);
  t.same((await site.until(23)).length, 2);
});

t.test('who acknowledged it, what a parent explains, what is kept quiet and what flaps is left alone', async (t) => {
  for (const changes of [
    { state: 'acknowledged' },
    { state: 'resolved', resolvedAt: 1 },
    { suppressedBy: 'maintenance:1' },
    { flap: { states: '0101010101', at: 0, everyMs: MINUTE, said: 'It answers.', isFlapping: true } },
  ]) {
    const site = await setUp(t, 'emergency');
    await site.change(changes);
    t.same(await site.until(40), [], JSON.stringify(changes));
  }
});

t.test('an hour that is taken back delays no reminder', async (t) => {
  const scene = await setUp(t, 'high');
  t.same(await scene.until(0), []);
  scene.clockSet(60);
  // Told three minutes after it began, as ever.
  t.same(await scene.until(60 + 33), [60 + 33]);
  scene.clockSet(-60);
  t.same(await scene.until(63), [60 + 33, 63]);
});
