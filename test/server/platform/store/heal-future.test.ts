import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import { redateOutage, startOutage } from '../../../../server/domain/incidents/outage-clock.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { redateClock } from '../../../../server/domain/sla/redate-clock.ts';
import type { ResponseClock } from '../../../../server/domain/sla/response-clock.ts';
import { futureStatements } from '../../../../server/platform/store/heal-future.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

t.test('what lies in the future is dated anew, and what does not stays as it is', async (t) => {
  for (const [sizeMs, dated] of [
    [-HOUR, NOW - HOUR / 2],
    [0, NOW],
  ] as const) {
    const store = await tempStore(t, { nowMs: NOW });
    const tenant = await addTenant(store, 'Acme');
    const all = store.scoped(everyClient);
    const times = (at: number) => ({ onset_at: at, opened_at: at, updated_at: at });
    const interval = {
      client_id: tenant.client.id,
      device_id: tenant.device.id,
      state: 'down',
      reason: 'silent',
    } as const;
    const told = { client_id: tenant.client.id, kind: 'incident.raised', payload_json: '{}', attempts: 0 };
    await store.commit([
      all.incidents.saveStatement(incidentRow(tenant, { id: 'past', key: 'k1', ...times(NOW - 10) })),
      all.incidents.saveStatement(incidentRow(tenant, { id: 'future', key: 'k2', ...times(NOW + HOUR / 2) })),
      ...[NOW - HOUR, NOW, NOW + 1].map((start_ms) =>
        all.presence.insertStatement({
          ...interval,
          start_ms,
          end_ms: start_ms + 2 * HOUR,
          evidence_json: '{}',
          revised: 0,
        }),
      ),
      store.db
        .insertInto('outbox')
        .values({ ...told, idempotency_key: 'o1', created_at: NOW + HOUR, due_at: NOW + HOUR + 180_000 })
        .compile(),
    ]);
    await store.commit(futureStatements(store, NOW, { sizeMs, since: Number.POSITIVE_INFINITY }));
    t.match(await all.incidents.get('past'), times(NOW - 10));
    t.match(await all.incidents.get('future'), times(dated));
    const rows = await store.db.selectFrom('presence_interval').select(['start_ms', 'end_ms']).execute();
    t.same(rows, [{ start_ms: NOW - HOUR, end_ms: NOW }], 'one that begins just now has not lasted');
    const [message] = await store.db.selectFrom('outbox').select(['created_at', 'due_at']).execute();
    t.same(message, { created_at: NOW, due_at: NOW + 180_000 }, 'three minutes stay three minutes');
  }
});

t.test('deliveries that wait for a time ahead are tried now, and those that were made are of now', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const { client } = await addTenant(store, 'Acme');
  const told = { client_id: client.id, kind: 'incident.raised', payload_json: '{}', attempts: 1 };
  const { id } = await store.db
    .insertInto('outbox')
    .values({ ...told, idempotency_key: 'o', created_at: NOW + HOUR, due_at: NOW + HOUR })
    .returning('id')
    .executeTakeFirstOrThrow();
  const old = await store.db
    .insertInto('outbox')
    .values({ ...told, idempotency_key: 'p', created_at: NOW - HOUR, due_at: NOW - HOUR })
    .returning('id')
    .executeTakeFirstOrThrow();
  const delivery = {
    receiver_id: 'log',
    subject: null,
    is_digest: 0,
    is_urgent: 0,
    given_up_at: null,
    last_error_json: null,
  } as const;
  const rows = [
    // Waits since the hour ahead, was made then, waits for its digest, and was put off for years.
    { outbox_id: id, bundle: null, first_due_at: NOW + HOUR, due_at: NOW + HOUR, attempts: 0, delivered_at: null },
    {
      outbox_id: id,
      bundle: 'summary/1',
      first_due_at: NOW + HOUR,
      due_at: NOW + HOUR,
      attempts: 1,
      delivered_at: NOW + HOUR,
    },
    {
      outbox_id: old.id,
      bundle: 'digest/1',
      first_due_at: NOW + HOUR,
      due_at: NOW + HOUR,
      attempts: 0,
      delivered_at: null,
    },
    {
      outbox_id: old.id,
      bundle: null,
      first_due_at: NOW - HOUR,
      due_at: NOW + 9_999 * HOUR,
      attempts: 3,
      delivered_at: null,
    },
  ];
  await store.db
    .insertInto('delivery')
    .values(rows.map((row, n) => ({ ...delivery, ...row, recipient: `${n}` })))
    .execute();
  await store.commit(futureStatements(store, NOW, { sizeMs: -HOUR, since: Number.POSITIVE_INFINITY }));
  const healed = await store.db.selectFrom('delivery').select(['due_at', 'delivered_at']).orderBy('id').execute();
  t.same(healed, [
    { due_at: NOW, delivered_at: null },
    { due_at: NOW, delivered_at: NOW },
    { due_at: NOW + HOUR, delivered_at: null },
    { due_at: NOW, delivered_at: null },
  ]);
});

t.test(
  'what was stamped while the clock was ahead is dated anew by its size, also what is in the past by now',
  async (t) => {
    const store = await tempStore(t, { nowMs: NOW });
    const tenant = await addTenant(store, 'Acme');
    const all = store.scoped(everyClient);
    // Two hours ago, by the right clock, it went an hour ahead.
    const since = NOW - HOUR;
    const before = since - HOUR - 1;
    const times = (at: number) => ({ onset_at: at, opened_at: at, updated_at: at });
    const clock = (startedAt: number) => JSON.stringify({ startedAt, dueAt: startedAt + 4 * HOUR, respondedAt: null });
    await store.commit([
      all.incidents.saveStatement(incidentRow(tenant, { id: 'before', key: 'k1', ...times(before) })),
      all.incidents.saveStatement(
        incidentRow(tenant, { id: 'meanwhile', key: 'k2', ...times(since), clock_json: clock(since) }),
      ),
      all.incidents.saveStatement(
        incidentRow(tenant, {
          id: 'both',
          key: 'k3',
          ...{ onset_at: before, opened_at: before, updated_at: since + 5 },
          clock_json: JSON.stringify({ startedAt: before, dueAt: NOW + HOUR, respondedAt: since + 5 }),
        }),
      ),
      ...(
        [
          [before, since + 10],
          [since + 10, since + HOUR / 2],
          [since + HOUR / 2, NOW + HOUR / 2],
        ] as const
      ).map(([start_ms, end_ms]) =>
        all.presence.insertStatement({
          client_id: tenant.client.id,
          device_id: tenant.device.id,
          state: 'up',
          reason: 'reported',
          start_ms,
          end_ms,
          evidence_json: JSON.stringify({ before: { at: start_ms }, after: null, announced: { at: end_ms } }),
          revised: 0,
        }),
      ),
      store.db
        .updateTable('device')
        .set({ enrolled_at: since + 7 })
        .compile(),
    ]);
    await store.commit(futureStatements(store, NOW, { sizeMs: -HOUR, since }));
    const incident = async (id: string) => {
      const row = await all.incidents.get(id);
      return [row?.onset_at, row?.updated_at, JSON.parse(row?.clock_json ?? 'null')];
    };
    t.same(await incident('before'), [before, before, null]);
    const meanwhile = { startedAt: since - HOUR, dueAt: since + 3 * HOUR, respondedAt: null };
    t.same(await incident('meanwhile'), [since - HOUR, since - HOUR, meanwhile]);
    const both = { startedAt: before, dueAt: NOW + HOUR, respondedAt: since + 5 - HOUR };
    t.same(await incident('both'), [before, since + 5 - HOUR, both]);
    const rows = await store.db.selectFrom('presence_interval').selectAll().orderBy('start_ms').execute();
    t.same(
      rows.map(({ start_ms, end_ms, evidence_json }) => [start_ms, end_ms, JSON.parse(evidence_json)]),
      [
        [before, since + 10],
        [since + 10, since + HOUR / 2],
        [since + HOUR / 2, NOW + HOUR / 2],
      ].map(([start = 0, end = 0]) => {
        const moved = (at: number) => (at >= since ? at - HOUR : at);
        return [moved(start), moved(end), { before: { at: moved(start) }, after: null, announced: { at: moved(end) } }];
      }),
      'neighbours still touch, and so does what proves them',
    );
    const { enrolled_at } = await store.db.selectFrom('device').select('enrolled_at').executeTakeFirstOrThrow();
    t.equal(enrolled_at, since + 7 - HOUR);
  },
);

t.test('of a step whose size nobody knows, documents say nothing of the future either', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const tenant = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  const ahead = NOW + HOUR;
  const clock = {
    startedAt: ahead,
    dueAt: ahead + 4 * HOUR,
    halfAt: ahead + 2 * HOUR,
    warnAt: null,
    respondedAt: ahead + 1,
    pauses: [
      { from: NOW - 5, to: ahead },
      { from: ahead, to: null },
    ],
    computations: [{ at: ahead, dueAt: ahead + 4 * HOUR }],
    earlier: [{ startedAt: ahead, dueAt: ahead + HOUR, respondedAt: null }],
    onSite: { markedAt: ahead, dueAt: ahead + HOUR, arrivedAt: null },
  };
  const promise = { planId: 'p', plan: 'Files', rtoMs: HOUR, restoreMs: null };
  const outage = { ...startOutage(promise, ahead, startOutage(promise, ahead - 1, null)), warnedAt: ahead + 5 };
  const times = { onset_at: NOW - 10, opened_at: ahead, updated_at: ahead };
  const documents = {
    clock_json: JSON.stringify(clock),
    flap_json: JSON.stringify({ states: '01', at: ahead, everyMs: 60_000, isFlapping: false, said: '' }),
    outage_json: JSON.stringify(outage),
  };
  await store.commit([all.incidents.saveStatement(incidentRow(tenant, { id: 'i', key: 'k', ...times, ...documents }))]);
  for (const what of ['at once', 'and nothing is left to heal']) {
    await store.commit(futureStatements(store, NOW));
    const row = await all.incidents.get('i');
    t.same(
      JSON.parse(row?.clock_json ?? 'null'),
      {
        startedAt: NOW,
        dueAt: NOW + 4 * HOUR,
        halfAt: NOW + 2 * HOUR,
        warnAt: null,
        respondedAt: NOW,
        pauses: [
          { from: NOW - 5, to: NOW },
          { from: NOW, to: null },
        ],
        computations: [{ at: NOW, dueAt: ahead + 4 * HOUR }],
        earlier: [{ startedAt: NOW, dueAt: NOW + HOUR, respondedAt: null }],
        onSite: { markedAt: NOW, dueAt: NOW + HOUR, arrivedAt: null },
      },
      what,
    );
    t.equal(JSON.parse(row?.flap_json ?? 'null').at, NOW);
    const moved = redateOutage(outage, (at) => Math.min(at, NOW));
    t.same(JSON.parse(row?.outage_json ?? 'null'), moved, 'as in memory');
    t.match(moved, { onsetAt: NOW, dueAt: NOW + HOUR, earlier: [{ dueAt: NOW + HOUR }] });
  }
});

t.test('the clock of an incident says the same in memory and in the database', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const tenant = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  const instant = fc.integer({ min: NOW - 3 * HOUR, max: NOW + 3 * HOUR });
  const orNull = fc.option(instant);
  const said = { contractual: true, binding: true, aroundTheClock: true, timeZone: 'UTC', outcome: 'running' } as const;
  const clocks = fc.record<ResponseClock>({
    ...Object.fromEntries(Object.entries({ ...said, endsAt: 'acknowledged' }).map(([k, v]) => [k, fc.constant(v)])),
    startedAt: instant,
    reportedAt: orNull,
    computations: fc.array(
      fc.record({
        at: instant,
        why: fc.constant(''),
        priority: fc.constant('high'),
        targetMs: fc.constant(null),
        dueAt: orNull,
        contractVersion: fc.constant(null),
      }),
      { maxLength: 2 },
    ),
    pauses: fc.array(fc.record({ from: instant, to: orNull, reason: fc.constant('r'), by: fc.constant('ann') }), {
      maxLength: 2,
    }),
    halfAt: orNull,
    warnAt: orNull,
    dueAt: orNull,
    respondedAt: orNull,
    recoveredAt: orNull,
    warnedAt: orNull,
    breachToldAt: orNull,
    onSite: fc.option(fc.record({ markedAt: instant, dueAt: instant, arrivedAt: orNull, from: fc.constant('report') })),
    earlier: fc.array(fc.record({ startedAt: instant, dueAt: orNull, respondedAt: orNull }), { maxLength: 2 }),
  } as never);
  const steps = fc.constantFrom([0, Number.POSITIVE_INFINITY], [-HOUR, Number.POSITIVE_INFINITY], [-HOUR, NOW - HOUR]);
  await t.resolves(
    fc.assert(
      fc.asyncProperty(clocks, steps, async (clock, [back = 0, since = 0]) => {
        const times = { onset_at: NOW, opened_at: NOW, updated_at: NOW + 3 * HOUR };
        const clock_json = JSON.stringify(clock);
        await store.commit([
          all.incidents.saveStatement(incidentRow(tenant, { id: 'i', key: 'k', ...times, clock_json })),
        ]);
        await store.commit(futureStatements(store, NOW, { sizeMs: back, since }));
        const row = await all.incidents.get('i');
        const isWrong = (at: number): boolean => at > NOW || at >= since;
        const inMemory = redateClock(clock, (at) => (isWrong(at) ? Math.min(NOW, at + back) : at));
        assert.deepEqual(JSON.parse(row?.clock_json ?? 'null'), JSON.parse(JSON.stringify(inMemory)));
      }),
      { numRuns: 50 },
    ),
  );
});

t.test('what is never changed is dated anew all the same', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const { client, device } = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  const version = { client_id: client.id, version: 1, terms_json: '{}', created_by: 'Ann' };
  await store.commit([
    all.ledgerRevisions.insertStatement({
      ...{ client_id: client.id, subject_kind: 'device', subject_id: device.id, at: NOW + HOUR, by_user: 'server' },
      ...{ said_json: '{"key":"revision.late","params":{"from":0,"to":1}}', from_ms: 0, to_ms: 1 },
      ...{ before_json: '[]', after_json: '[]' },
    }),
    all.contracts.insertStatement({ ...version, id: 'v1', effective_at: NOW + HOUR, created_at: NOW + HOUR }),
  ]);
  await store.commit(futureStatements(store, NOW));
  t.match(await store.db.selectFrom('ledger_revision').select('at').execute(), [{ at: NOW }]);
  t.match(await store.db.selectFrom('contract_version').select(['effective_at', 'created_at']).execute(), [
    { effective_at: NOW, created_at: NOW },
  ]);
  const later = store.db.updateTable('ledger_revision').set({ at: NOW + 1 });
  const otherwise = store.db.updateTable('ledger_revision').set({ before_json: '[1]' });
  for (const change of [later, otherwise]) await t.rejects(change.execute(), { message: /never changed/ });
  const terms = store.db.updateTable('contract_version').set({ terms_json: '{"tier":"own"}' });
  await t.rejects(terms.execute(), { message: /never changed/ });
});

/** Why a column that holds an instant, or seems to, stays as it is. */
const asItIs = new Map([
  ['attestation.from_ms', 'a person said so'],
  ['attestation.to_ms', 'a person said so'],
  ['audit.at', 'chained: it says what the clock said'],
  ['device_state.saved_at', 'nothing is judged by it'],
  ['history_loss.from_ms', 'hours as history had them'],
  ['history_loss.to_ms', 'hours as history had them'],
  ['ledger_revision.from_ms', 'a stretch as it was revised'],
  ['ledger_revision.to_ms', 'a stretch as it was revised'],
  ['person_report.lead_ms', 'a duration'],
  ['recovery_point.finished_at', 'by the clock of who made the backup'],
  ['recovery_point.started_at', 'by the clock of who made the backup'],
]);

t.test('every column that holds an instant is dated anew, or it is said why not', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const healed = futureStatements(store, NOW).map(({ sql: text }) => text.replaceAll(/\s+/g, ' '));
  const { rows } = await sql<{ table: string; column: string }>`
    SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.type = 'INTEGER' AND (c.name = 'at' OR c.name GLOB '*_at' OR c.name GLOB '*_ms')
    ORDER BY 1, 2`.execute(store.db);
  const forgotten = rows.filter(({ table, column }) => {
    const sets = new RegExp(`^UPDATE "?${table}"? SET .*\\b${column}"? = `);
    return !healed.some((text) => sets.test(text));
  });
  t.ok(rows.length > 60, `${rows.length} columns`);
  t.same(
    forgotten.map(({ table, column }) => `${table}.${column}`),
    [...asItIs.keys()],
  );
});

t.test('what ends after a while lasts no longer because its maker was ahead', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const { client } = await addTenant(store, 'Acme');
  const year = 365 * 24 * HOUR;
  await store.db
    .updateTable('client')
    .set({ report_key_at: NOW + 3 * year, report_key_expires_at: NOW + 4 * year })
    .where('id', '=', client.id)
    .execute();
  await store.commit(futureStatements(store, NOW));
  const [link] = await store.db.selectFrom('client').select(['report_key_at', 'report_key_expires_at']).execute();
  t.same(link, { report_key_at: NOW, report_key_expires_at: NOW + year });
});
