import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { said } from '../../../../protocol/said/said.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { toRecord, toRow } from '../../../../server/core/incidents/rows.ts';
import { incidentStatements } from '../../../../server/core/incidents/statements.ts';
import { incidentView } from '../../../../server/core/incidents/views.ts';
import type { Notice } from '../../../../server/domain/incidents/incident.ts';
import type { Verdict } from '../../../../server/domain/rules/detection.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

const MINUTE = 60_000;

/** One contact incident: raised and cleared at minutes, told three minutes after it began. */
async function setUp(t: Test) {
  const store = await tempStore(t);
  const { client, site, device } = await addTenant(store, 'Acme');
  const book = new IncidentBook(store, 60 * MINUTE);
  const subject = { clientId: client.id, siteId: site.id, deviceId: device.id };
  const at = async (verdict: Verdict, tellAfterMs = 0) => {
    const step = book.step(verdict, subject, verdict.at + tellAfterMs);
    if (step) await store.commit(incidentStatements(store, step, verdict.at));
  };
  const evidence = { metrics: [], threshold: null };
  const common = { rule: 'contact', object: '', said: said('blame.contact') } as const;
  return {
    store,
    raise: (
      minute: number,
      tellAfterMin = 3,
      priority: 'high' | 'medium' = 'high',
      kind: 'raise' | 'change' = 'raise',
    ) =>
      at({ ...common, kind, priority, evidence, onset: minute * MINUTE, at: minute * MINUTE }, tellAfterMin * MINUTE),
    clear: (minute: number) => at({ ...common, kind: 'clear', at: minute * MINUTE }),
    /** The outbox: what, and when it is due, in minutes. */
    outbox: async () => {
      const { rows } = await sql<{ line: string }>`
        SELECT replace(kind, 'incident.', '') || ' ' || (due_at / 60000) AS line FROM outbox ORDER BY id`.execute(
        store.db,
      );
      return rows.map(({ line }) => line).join(', ');
    },
    deliver: (minute: number) =>
      sql`UPDATE outbox SET delivered_at = 1, attempts = 1 WHERE due_at <= ${minute * MINUTE}`.execute(store.db),
    fail: () => sql`UPDATE outbox SET attempts = 1, due_at = 999 * 60000`.execute(store.db),
  };
}

t.test('a recovery goes only to whom the problem went', async (t) => {
  const short = await setUp(t);
  await short.raise(0);
  await short.clear(2);
  t.equal(await short.outbox(), '', 'over before anybody was told');

  const told = await setUp(t);
  await told.raise(0);
  await told.deliver(3);
  await told.clear(4);
  t.equal(await told.outbox(), 'raised 3, resolved 4');

  const due = await setUp(t);
  await due.raise(0);
  await due.clear(3);
  t.equal(await due.outbox(), 'raised 3, resolved 3', 'due already, though not sent yet');

  const failing = await setUp(t);
  await failing.raise(0);
  await failing.fail();
  await failing.clear(4);
  t.equal(await failing.outbox(), 'raised 999, resolved 4', 'a try may have reached somebody');
});

t.test('each recurrence is told by itself', async (t) => {
  const site = await setUp(t);
  await site.raise(0);
  await site.clear(1);
  await site.raise(10);
  await site.deliver(13);
  await site.clear(20);
  await site.raise(30);
  await site.clear(31);
  t.equal(await site.outbox(), 'raised 13, resolved 20');
});

t.test('a change for the worse is told, one for the better is not', async (t) => {
  const site = await setUp(t);
  await site.raise(0, 0, 'medium');
  await site.raise(5, 0, 'high', 'change');
  await site.raise(9, 0, 'medium', 'change');
  t.equal(await site.outbox(), 'raised 0, changed 5');
});

t.test('what a parent explains, or maintenance keeps quiet, is not told, also if it waited to be', async (t) => {
  const store = await tempStore(t);
  const { client, site, device } = await addTenant(store, 'Acme');
  const subject = { clientId: client.id, siteId: site.id, deviceId: device.id };
  const book = new IncidentBook(store, 60 * MINUTE);
  const verdict = {
    kind: 'raise',
    rule: 'contact',
    object: '',
    priority: 'high',
    said: said('blame.contact'),
  } as const;
  const evidence = { metrics: [], threshold: null };
  const raised = book.step({ ...verdict, evidence, onset: 0, at: 0 }, subject, 3 * MINUTE)!;
  const kinds = async () => (await store.db.selectFrom('outbox').select('kind').execute()).map(({ kind }) => kind);
  const quiet = { parentId: null, suppressedBy: 'maintenance:1' };

  await store.commit(incidentStatements(store, { ...raised, record: { ...raised.record, ...quiet } }, 0));
  t.same(await kinds(), [], 'born quiet');
  await store.commit(incidentStatements(store, raised, 0));
  t.same(await kinds(), ['incident.raised']);
  const adopted = { ...raised.record, parentId: raised.record.id };
  await store.commit(incidentStatements(store, { ...raised, record: adopted, notice: null }, MINUTE));
  t.same(await kinds(), [], 'explained before anybody was told');
  const over: Notice = { kind: 'resolved', tellAt: 5 * MINUTE };
  await store.commit(incidentStatements(store, { ...raised, record: adopted, notice: over }, 5 * MINUTE));
  t.same(await kinds(), [], 'so there is no recovery to tell');

  await store.commit(incidentStatements(store, raised, 0));
  for (const kind of ['changed', 'clock_warning', 'reminded'] as const) {
    const step = { ...raised, record: { ...raised.record, ...quiet }, notice: { kind, tellAt: 4 * MINUTE } };
    await store.commit(incidentStatements(store, step, 4 * MINUTE));
  }
  t.same(await kinds(), ['incident.raised'], 'told before it became quiet');
  await store.commit(incidentStatements(store, { ...raised, record: adopted, notice: over }, 5 * MINUTE));
  t.same(await kinds(), ['incident.raised', 'incident.resolved'], 'who heard of it hears of its end');
});

t.test('rows and records are the same', async (t) => {
  const store = await tempStore(t);
  const row = incidentRow(await addTenant(store, 'Acme'), {
    evidence_json: '{"metrics":["cpu.busy"],"threshold":null}',
    assignee_id: 'u1',
    acknowledged_at: 5,
    acknowledged_by: 'Ann',
    resolved_at: 9,
    state: 'resolved',
  });
  t.same(toRow(toRecord(row)), row);
  t.match(
    incidentView(toRecord(row), (id) => `name of ${id}`, 0),
    {
      assigneeName: 'name of u1',
      onsetAt: '1970-01-01T00:00:01.000Z',
      acknowledgedAt: '1970-01-01T00:00:00.005Z',
      resolvedAt: '1970-01-01T00:00:00.009Z',
    },
  );
  const open = incidentView(toRecord(incidentRow(await addTenant(store, 'Globex'))), () => null, 0);
  t.match(open, { assigneeName: null, acknowledgedAt: null, resolvedAt: null });
  t.notOk('evidence' in open);
});

t.test('the book knows what is open and what may reopen', async (t) => {
  const store = await tempStore(t);
  const tenant = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient).incidents;
  const rows = [
    incidentRow(tenant, { id: 'open', key: 'a' }),
    incidentRow(tenant, { id: 'old', key: 'b', state: 'resolved', resolved_at: 999, opened_at: 1 }),
    incidentRow(tenant, { id: 'first', key: 'c', state: 'resolved', resolved_at: 1_000, opened_at: 2 }),
    incidentRow(tenant, { id: 'second', key: 'c', state: 'resolved', resolved_at: 2_000, opened_at: 3 }),
    incidentRow(tenant, { id: 'of the site', key: 'd', device_id: null }),
  ];
  await store.commit(rows.map((row) => all.saveStatement(row)));
  const book = new IncidentBook(store, 60 * MINUTE);
  await book.load(60 * MINUTE + 1_000);
  t.same([...book.open()].map(({ id }) => id).sort(), ['of the site', 'open']);
  t.same(
    [...book.openOf(tenant.device.id)].map(({ id }) => id),
    ['open'],
  );
  t.same([...book.openOf('another')], []);
  book.put({ ...toRecord(rows[0]!), state: 'resolved', resolvedAt: 5 });
  t.same([...book.openOf(tenant.device.id)], []);
  book.prune(60 * MINUTE + 5);
  book.prune(60 * MINUTE + 6);
  t.same(
    [...book.open()].map(({ id }) => id),
    ['of the site'],
  );
});
