import t, { type Test } from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import type { IncidentRecord } from '../../../../server/domain/incidents/incident.ts';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { exportFleet } from '../../../../server/features/devices/export-view.ts';
import { ann, type ContractDesk, contractDesk, deskTerms, deskZone, wall } from '../../../support/contract-desk.ts';
import { spoken } from '../../../support/spoken.ts';
import { tempStore } from '../../../support/store.ts';

const local = (ms: number | null | undefined): string | null =>
  ms == null
    ? null
    : Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(deskZone).toPlainDateTime().toString();
const dueOf = ({ clock }: IncidentRecord): string | null => local(clock?.dueAt);

/** Monday 5 October 2026, 10:00. */
async function monday(t: Test): Promise<ContractDesk> {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  return desk;
}

t.test('without a contract the Standard tier is our internal target', async (t) => {
  const desk = await monday(t);
  const { clock, id } = await desk.verdict('raise');
  t.match(clock, { contractual: false, binding: true, outcome: 'running', timeZone: deskZone });
  t.equal(local(clock?.dueAt), '2026-10-06T09:00:00', '8 h of a working week');
  t.match(spoken(clock?.computations), [
    { contractVersion: null, why: /^It was opened\. Without a contract high has 8 h/ },
  ]);
  t.same((await desk.stored(id)).clock, clock, 'it is stored with the incident');
});

t.test('a contract counts from detection, or from the report of a person', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const detected = await desk.verdict('raise', 'high', 'a');
  t.match(detected.clock, { contractual: true, computations: [{ contractVersion: 1 }] });
  t.equal(dueOf(detected), '2026-10-05T14:00:00');
  await desk.put(deskTerms({ clockFrom: 'report' }));
  const internal = await desk.verdict('raise', 'high', 'b');
  t.match(internal.clock, { contractual: false, reportedAt: null });

  desk.clock.ms = wall('2026-10-05T12:00');
  const reportedAt = wall('2026-10-05T11:30');
  const step = {
    record: internal,
    event: { kind: 'report', at: desk.clock.ms, by: 'Ann', said: typed('Bea reported it.') },
    notice: null,
  } as const;
  const linked = desk.contracts.withReport(step, reportedAt, desk.clock.ms);
  const settled = desk.book.settle(linked, internal, desk.clock.ms);
  t.match(settled.record.clock, { contractual: true, startedAt: reportedAt, earlier: [{ contractual: false }] });
  t.equal(dueOf(settled.record), '2026-10-05T15:30:00');
  t.match(spoken(settled.lines), [
    {
      kind: 'clock',
      said: /^A person reported it\. .* Now due 2026-10-05 21:30:00 UTC, before due 2026-10-05 20:00:00 UTC\.$/,
    },
  ]);
});

t.test('an incident that a person reported is contractual from the report', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms({ clockFrom: 'report' }));
  const other = await desk.verdict('raise', 'medium');
  const onsetAt = wall('2026-10-05T09:00');
  const record = {
    ...other,
    id: 'p1',
    key: 'p1',
    source: 'person' as const,
    rule: 'person.report' as const,
    onsetAt,
    clock: null,
  };
  const at = desk.clock.ms;
  const opened = desk.book.settle(
    { record, event: { kind: 'opened', at, by: 'Ann', said: said('nothing') }, notice: null },
    null,
    at,
  );
  t.match(opened.record.clock, { contractual: true, startedAt: onsetAt, reportedAt: onsetAt });
  t.equal(dueOf(opened.record), '2026-10-05T17:00:00', '8 h from 09:00');
});

t.test('a person stops the clock by acknowledging, a program does not', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise');
  desk.clock.ms += 60_000;
  await desk.incidents.acknowledge(everyClient, id, { id: 'key:k1', name: 'Bot' });
  t.match(await desk.stored(id), { state: 'acknowledged', clock: { outcome: 'running', respondedAt: null } });
  desk.clock.ms += 60_000;
  await desk.incidents.acknowledge(everyClient, id, ann);
  t.match(await desk.stored(id), { acknowledgedBy: 'Ann', clock: { outcome: 'met', respondedAt: desk.clock.ms } });
  await t.rejects(desk.incidents.acknowledge(everyClient, id, ann), { code: 'conflict' });
});

t.test('resolved before due is met by a person and told apart by itself; later it is breached', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const [a, b, c] = [
    await desk.verdict('raise', 'high', 'a'),
    await desk.verdict('raise', 'high', 'b'),
    await desk.verdict('raise', 'high', 'c'),
  ];
  desk.clock.ms = wall('2026-10-05T14:00');
  await desk.incidents.resolve(everyClient, a.id, '', ann);
  await desk.verdict('clear', 'high', 'b');
  desk.clock.ms += 1;
  await desk.verdict('clear', 'high', 'c');
  const outcomes = [];
  for (const { id } of [a, b, c]) outcomes.push((await desk.stored(id)).clock?.outcome);
  t.same(outcomes, ['met', 'recovered', 'breached']);
  t.match((await desk.stored(b.id)).times, { recovered: true });
  await desk.put(deskTerms({ selfRecovery: 'met' }));
  const d = await desk.verdict('raise', 'high', 'd');
  await desk.verdict('clear', 'high', 'd');
  t.match((await desk.stored(d.id)).clock, { outcome: 'met', recoveredAt: desk.clock.ms }, 'where it counts');
});

t.test('another priority is computed from the start, and both due times stay to be seen', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise', 'medium');
  desk.clock.ms += 3_600_000;
  t.equal(dueOf(await desk.verdict('change', 'high')), '2026-10-05T14:00:00');
  await desk.contracts.clocks.setPriority(everyClient, id, 'normal', 'A spare runs.', ann);
  const { clock, priority } = await desk.stored(id);
  t.equal(priority, 'normal');
  t.same(
    clock?.computations.map((each) => [each.priority, local(each.dueAt)]),
    [
      ['medium', '2026-10-06T09:00:00'],
      ['high', '2026-10-05T14:00:00'],
      ['normal', '2026-10-07T16:00:00'],
    ],
  );
  t.same((await desk.history(id)).slice(1), [
    'changed -: Disk / is full.',
    'clock -: The priority went from medium to high. By version 1 of the contract (Premium) high has 4 h of service hours to acknowledge it. Now due 2026-10-05 20:00:00 UTC, before due 2026-10-06 15:00:00 UTC.',
    'changed Ann: Priority high to normal: A spare runs.',
    'clock -: The priority went from high to normal. By version 1 of the contract (Premium) normal has 24 h of service hours to acknowledge it. Now due 2026-10-07 22:00:00 UTC, before due 2026-10-05 20:00:00 UTC.',
  ]);
});

t.test('an incident that comes back gets a clock of its own, and the closed one is kept', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise');
  await desk.incidents.acknowledge(everyClient, id, ann);
  await desk.verdict('clear');
  desk.clock.ms += 600_000;
  const back = await desk.verdict('raise');
  t.equal(back.id, id);
  t.match(back.clock, { outcome: 'running', startedAt: desk.clock.ms, earlier: [{ outcome: 'met' }] });
  t.equal(back.clock?.computations.length, 2);
  t.match(
    (await desk.history(id)).at(-1),
    /^clock -: A new clock starts; the one before stays as it was closed: met, due 2026-/,
  );
});

t.test(
  'what something else explains, or maintenance keeps quiet, has no clock until it stands by itself',
  async (t) => {
    const desk = await monday(t);
    await desk.put(deskTerms());
    const parent = await desk.verdict('raise', 'high', 'parent');
    const settle = (before: IncidentRecord | null, changes: Partial<IncidentRecord>, at = desk.clock.ms) => {
      const record = { ...(before ?? parent), ...changes };
      return desk.book.settle(
        { record, event: { kind: 'linked', at, by: null, said: said('nothing') }, notice: null },
        before,
        at,
      ).record;
    };
    const fresh = { id: 'c1', key: 'c1', clock: null };
    const child = settle(null, { ...fresh, parentId: parent.id });
    t.equal(child.clock, null, 'born as a child');
    desk.clock.ms += 60_000;
    t.match(spoken(settle(child, { parentId: null }).clock), {
      startedAt: desk.clock.ms,
      computations: [{ why: /^It stands by itself now\./ }],
    });
    const quiet = settle(null, { id: 'q1', key: 'q1', clock: null, suppressedBy: 'maintenance:w1' });
    t.equal(quiet.clock, null, 'raised in maintenance');
    t.ok(settle(quiet, { suppressedBy: null }).clock, 'the maintenance is over');
    const ours = settle(parent, { clock: parent.clock && { ...parent.clock, contractual: false } });
    t.equal(settle(ours, { parentId: 'x' }).clock, null, 'it turned out to be part of something larger');
    t.ok(settle(parent, { suppressedBy: 'maintenance:w1' }).clock, 'declaring maintenance later stops no clock');
    const answered = settle(parent, {
      clock: parent.clock && { ...parent.clock, outcome: 'met', respondedAt: desk.clock.ms },
    });
    t.match(settle(answered, { parentId: 'x' }).clock, { outcome: 'met' }, 'a verdict is kept');
    await t.rejects(desk.contracts.clocks.pause(everyClient, 'nowhere', 'r', ann), { code: 'not_found' });
  },
);

/** The incident gets a parent, or loses it; committed. */
async function move(desk: ContractDesk, id: string, parentId: string | null): Promise<IncidentRecord> {
  const before = desk.book.byId(id)!;
  const at = desk.clock.ms;
  const record = { ...before, parentId, updatedAt: at };
  const step = desk.book.settle(
    { record, event: { kind: 'linked', at, by: null, said: said('nothing') }, notice: null },
    before,
    at,
  );
  await desk.commit(step);
  return step.record;
}

t.test('what a person reported keeps its clock under a parent and after it, and its breach is told', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms({ clockFrom: 'report' }));
  desk.clock.ms = wall('2026-10-05T08:00');
  const opened = await desk.verdict('raise', 'high', 'a');
  const above = await desk.verdict('raise', 'high', 'above');
  const reportedAt = wall('2026-10-05T08:05');
  desk.clock.ms = reportedAt;
  const event = { kind: 'report', at: reportedAt, by: 'Ann', said: typed('Bea reported it.') } as const;
  const linked = desk.contracts.withReport({ record: opened, event, notice: null }, reportedAt, reportedAt);
  await desk.commit(desk.book.settle(linked, opened, reportedAt));
  const promised = { contractual: true, reportedAt, startedAt: reportedAt, dueAt: wall('2026-10-05T12:05') };

  desk.clock.ms = wall('2026-10-05T08:10');
  t.match((await move(desk, opened.id, above.id)).clock, { ...promised, outcome: 'running' });
  await desk.incidents.acknowledge(everyClient, above.id, ann);
  await desk.judge();
  t.match((await desk.stored(opened.id)).clock, { outcome: 'running' }, 'who reported it was not answered');
  desk.clock.ms = wall('2026-10-05T11:50');
  t.match((await move(desk, opened.id, null)).clock, promised, 'released: it goes on');
  await move(desk, opened.id, above.id);
  desk.clock.ms = promised.dueAt + 1;
  await desk.judge();
  t.match((await desk.stored(opened.id)).clock, { ...promised, outcome: 'breached' });
  t.ok((await desk.told()).some(({ key, kind }) => kind === 'incident.clock_breach' && key.startsWith(opened.id)));
});

t.test('a report of what has a parent already starts the clock of the contract', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms({ clockFrom: 'report' }));
  const opened = await desk.verdict('raise', 'high', 'a');
  const above = await desk.verdict('raise', 'high', 'above');
  const child = await move(desk, opened.id, above.id);
  t.equal(child.clock, null);
  const reportedAt = desk.clock.ms;
  const event = { kind: 'report', at: reportedAt, by: 'Ann', said: typed('Bea reported it.') } as const;
  const linked = desk.contracts.withReport({ record: child, event, notice: null }, reportedAt, reportedAt);
  await desk.commit(desk.book.settle(linked, child, reportedAt));
  const promised = { contractual: true, reportedAt, outcome: 'running', dueAt: wall('2026-10-05T14:00') };
  t.match((await desk.stored(opened.id)).clock, promised);
});

t.test('what the contract counts from detection goes on under a parent; an answer to that answers it', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const late = await desk.verdict('raise', 'high', 'late');
  const due = { contractual: true, startedAt: desk.clock.ms, dueAt: wall('2026-10-05T14:00') };
  const quick = await desk.verdict('raise', 'high', 'quick');
  desk.clock.ms = wall('2026-10-05T13:50');
  const above = await desk.verdict('raise', 'high', 'above');
  const other = await desk.verdict('raise', 'high', 'other');
  t.match((await move(desk, late.id, above.id)).clock, { ...due, outcome: 'running' });
  await move(desk, quick.id, other.id);
  await desk.incidents.acknowledge(everyClient, other.id, ann);
  await desk.judge();
  t.match((await desk.stored(quick.id)).clock, { ...due, outcome: 'met', respondedAt: desk.clock.ms });
  desk.clock.ms = due.dueAt + 1;
  await desk.judge();
  t.match((await desk.stored(late.id)).clock, { ...due, outcome: 'breached' });
  const breaches = (await desk.told()).filter(({ kind }) => kind === 'incident.clock_breach');
  t.same(breaches, [], 'one cause, one message: that of the incident above');
});

t.test('a contract that ends while an incident is open: the clock goes on, and says so', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms({ endsOn: '2026-10-05' }));
  const { id, clock } = await desk.verdict('raise', 'medium');
  t.equal(local(clock?.dueAt), '2026-10-06T09:00:00');
  t.match(
    spoken(clock?.computations[0]?.why),
    /The contract ends on 2026-10-05; the clock goes on under the terms it started with\.$/,
  );
  desk.clock.ms = wall('2026-10-06T08:00');
  await desk.contracts.clocks.setPriority(everyClient, id, 'normal', 'Less urgent.', ann);
  t.match(
    (await desk.stored(id)).clock,
    { contractual: true, computations: [{}, { contractVersion: 1 }] },
    'computed again under them',
  );
  const after = await desk.verdict('raise', 'high', 'b');
  t.match(
    after.clock,
    { contractual: false, computations: [{ contractVersion: null }] },
    'what comes afterwards has none',
  );
});

t.test('the hours of the site count, and Saturdays if the flag is set', async (t) => {
  const desk = await monday(t);
  const weekly = [{ weekday: 6, from: '22:00', to: '24:00' }];
  const { calendar } = deskTerms();
  await desk.put(deskTerms({ siteCalendars: { [desk.tenant.site.id]: { ...calendar, weekly } } }));
  t.equal(dueOf(await desk.verdict('raise', 'high', 'a')), '2026-10-18T00:00:00', 'two nights of Saturday');
  await desk.put(deskTerms({ saturday: true }));
  desk.clock.ms = wall('2026-10-09T16:00');
  t.equal(dueOf(await desk.verdict('raise', 'high', 'b')), '2026-10-10T11:00:00');
});

t.test('what Prometheus sees of it: when a response is due, as long as one is', async (t) => {
  const desk = await monday(t);
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise', 'high', 'a');
  const answered = await desk.verdict('raise', 'high', 'b');
  await desk.incidents.acknowledge(everyClient, answered.id, ann);
  const paused = await desk.verdict('raise', 'high', 'c');
  await desk.contracts.clocks.pause(everyClient, paused.id, 'no access', ann);
  const { client, site, device } = desk.tenant;
  const due = (clientId: string) => [...exportFleet(desk.fleet, desk.book, ofClients(clientId)).responsesDue];
  const labels = { client: client.slug, site: site.slug, device: device.slug, incident: id, priority: 'high' };
  t.same(due(client.id), [{ ...labels, dueAtMs: wall('2026-10-05T14:00') }]);
  t.same(due(desk.other.client.id), [], 'not for another client');
});
