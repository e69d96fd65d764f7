import { sql } from 'kysely';
import t from 'tap';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { ann, contractDesk, deskTerms, wall } from '../../../support/contract-desk.ts';
import { tempStore } from '../../../support/store.ts';

t.test('changing a contract never rewrites the past', async (t) => {
  let desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  const first = await desk.put(deskTerms());
  t.match(first.current, {
    version: 1,
    effectiveAt: new Date(wall('2026-01-01T00:00')).toISOString(),
    createdBy: 'Ann',
  });
  t.same(first.warnings, [
    'The contract counts from 2026-01-01 on, also for what was measured before it was entered here.',
  ]);

  const answered = await desk.verdict('raise', 'high', 'answered');
  await desk.incidents.acknowledge(everyClient, answered.id, ann);
  const breached = await desk.verdict('raise', 'high', 'breached');
  const resolved = await desk.verdict('raise', 'high', 'resolved');
  await desk.verdict('clear', 'high', 'resolved');
  const open = await desk.verdict('raise', 'medium', 'open');
  desk.clock.ms = wall('2026-10-05T15:00');
  await desk.judge();
  const closed = [answered.id, breached.id, resolved.id];
  const before = [];
  for (const id of closed) before.push((await desk.stored(id)).clock);
  t.same(
    before.map((clock) => clock?.outcome),
    ['met', 'breached', 'recovered'],
  );

  const { response } = deskTerms();
  const second = await desk.put(deskTerms({ response: { ...response, medium: { minutes: 600, binding: true } } }));
  t.same(
    second.versions.map(({ version }) => version),
    [2, 1],
    'newest first',
  );
  t.equal(second.current?.effectiveAt, new Date(desk.clock.ms).toISOString(), 'from now on');
  const after = [];
  for (const id of closed) after.push((await desk.stored(id)).clock);
  t.same(after, before, 'closed clocks are as they were');
  const { clock } = await desk.stored(open.id);
  t.same(
    clock?.computations.map(({ contractVersion, dueAt }) => [contractVersion, dueAt]),
    [
      [1, wall('2026-10-06T09:00')],
      [2, wall('2026-10-06T11:00')],
    ],
    'what runs is computed anew from its start, and both due times are kept',
  );
  t.match((await desk.history(open.id)).slice(1), [
    'clock -: Version 2 of the contract was made. For the response clock the due time changes.',
    /Now due 2026-10-06 17:00:00 UTC, before due 2026-10-06 15:00:00 UTC\.$/,
  ]);

  desk = await desk.restart();
  t.same(
    await desk.contracts.port.get(everyClient, desk.tenant.client.id),
    { ...second, warnings: [] },
    'a restart knows all versions',
  );
  t.same(desk.contracts.terms.at(desk.tenant.client.id, wall('2026-10-05T14:59'))?.version, 1);
  await t.rejects(
    sql`UPDATE contract_version SET terms_json = '{}'`.execute(desk.store.db),
    /never changed/,
    'the database keeps them',
  );
});

t.test('the same terms again are no new version', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms());
  t.equal((await desk.put(deskTerms())).versions.length, 1);
  t.equal((await desk.put(deskTerms({ saturday: true }))).versions.length, 2);
  t.equal((await desk.put(deskTerms())).versions.length, 3, 'going back is a change');
});

t.test(
  'an open incident: older than the contract it stays internal, covered by it it becomes the contract’s',
  async (t) => {
    const desk = await contractDesk(t, await tempStore(t));
    desk.clock.ms = wall('2026-10-05T10:00');
    const { id } = await desk.verdict('raise', 'medium');
    const later = await desk.put(deskTerms({ startsOn: '2026-10-06' }));
    t.match(later.warnings, [
      'The contract starts on 2026-10-06: until then nothing is promised.',
      /^One open incident is older/,
    ]);
    t.match((await desk.stored(id)).clock, { contractual: false, computations: { length: 1 } });
    desk.clock.ms = wall('2026-10-06T08:00');
    await desk.contracts.clocks.setPriority(everyClient, id, 'high', 'More urgent.', ann);
    t.match((await desk.stored(id)).clock, { contractual: false, computations: [{}, { contractVersion: null }] });

    const covered = await contractDesk(t, await tempStore(t));
    covered.clock.ms = wall('2026-10-05T10:00');
    const incident = await covered.verdict('raise', 'high');
    await covered.put(deskTerms());
    t.match((await covered.stored(incident.id)).clock, { contractual: true, dueAt: wall('2026-10-05T14:00') });
  },
);

t.test('a contract with a past first day asks before it breaches what is older', async (t) => {
  const made = async () => {
    const desk = await contractDesk(t, await tempStore(t));
    desk.clock.ms = wall('2026-10-05T08:00');
    const late = await desk.verdict('raise', 'high', 'late');
    desk.clock.ms = wall('2026-10-05T13:00');
    const fresh = await desk.verdict('raise', 'high', 'fresh');
    const paused = await desk.verdict('raise', 'medium', 'paused');
    await desk.contracts.clocks.pause(everyClient, paused.id, 'no access', ann);
    const answered = await desk.verdict('raise', 'high', 'answered');
    await desk.incidents.acknowledge(everyClient, answered.id, ann);
    desk.clock.ms = wall('2026-10-05T14:00');
    const put = (clocksFrom?: 'today' | 'then') =>
      desk.contracts.port.put(everyClient, desk.tenant.client.id, deskTerms(), ann, clocksFrom);
    return { desk, late, fresh, paused, answered, put };
  };

  const asked = await made();
  const { client } = asked.desk.tenant;
  t.same(await asked.desk.contracts.port.older(everyClient, deskTerms(), client.id), { count: 3, late: 1 });
  t.same(await asked.desk.contracts.port.older(everyClient, deskTerms({ startsOn: '2026-10-06' }), client.id), null);
  await t.rejects(asked.desk.contracts.port.older(ofClients('another'), deskTerms(), client.id), {
    code: 'not_found',
  });
  await t.rejects(asked.put(), {
    code: 'conflict',
    message: /3 open incidents get a clock, 1 of them already late\. .*clocksFrom=today, or clocksFrom=then/,
    details: { olderIncidents: { count: 3, late: 1 } },
  });
  t.equal((await asked.desk.contracts.port.get(everyClient, client.id)).current, null, 'nothing was made');
  t.match((await asked.desk.stored(asked.late.id)).clock, { contractual: false, outcome: 'running' });

  await asked.put('today');
  await asked.desk.judge();
  const clockOf = async ({ desk }: typeof asked, { id }: { id: string }) => (await desk.stored(id)).clock;
  const today = wall('2026-10-05T14:00');
  for (const one of [asked.late, asked.fresh]) {
    t.match(await clockOf(asked, one), {
      contractual: true,
      startedAt: today,
      dueAt: wall('2026-10-06T09:00'),
      outcome: 'running',
      earlier: [{ contractual: false }],
    });
  }
  t.match(await clockOf(asked, asked.paused), { startedAt: today, outcome: 'paused', pauses: [{ to: null }] });
  t.match(await clockOf(asked, asked.answered), { contractual: false, outcome: 'met' }, 'a verdict stands');
  t.notOk(
    (await asked.desk.told()).some(({ kind }) => kind === 'incident.clock_breach'),
    'nothing is breached',
  );
  t.match((await asked.desk.history(asked.late.id)).join(), /The response clock counts from today/);
  const restarted = await asked.desk.restart();
  restarted.clock.ms = wall('2026-10-05T15:00');
  await restarted.contracts.clocks.setPriority(everyClient, asked.fresh.id, 'medium', 'Less urgent.', ann);
  t.match((await restarted.stored(asked.fresh.id)).clock, { contractual: true, startedAt: today }, 'the answer stands');

  const then = await made();
  await then.put('then');
  await then.desk.judge();
  t.match(await clockOf(then, then.late), {
    contractual: true,
    startedAt: wall('2026-10-05T08:00'),
    dueAt: wall('2026-10-05T12:00'),
    outcome: 'breached',
  });
  t.match(await clockOf(then, then.fresh), { startedAt: wall('2026-10-05T13:00'), outcome: 'running' });
  t.equal((await then.desk.told()).filter(({ kind }) => kind === 'incident.clock_breach').length, 1, 'and it is told');
  t.equal(
    await then.desk.contracts.port.older(everyClient, deskTerms({ saturday: true }), client.id).catch(() => null),
    null,
  );
});

t.test('what cannot be kept is refused, with every fault', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { calendar, availability } = deskTerms();
  const bad = deskTerms({
    calendar: { ...calendar, timeZone: 'Mars/Olympus' },
    availability: { ...availability, serverTargetPpm: 1_000_000 },
  });
  await t.rejects(desk.put(bad), { code: 'contract_invalid', details: { faults: { length: 2 } } });
  const foreignSite = { [desk.other.site.id]: calendar };
  await t.rejects(
    desk.put(deskTerms({ siteCalendars: foreignSite })),
    { message: /^This client has no site/ },
    'another client’s site',
  );
  t.same((await desk.contracts.port.get(everyClient, desk.tenant.client.id)).versions, [], 'nothing was kept');
  t.throws(() => desk.contracts.port.check(bad), { code: 'contract_invalid' });
  t.same(desk.contracts.port.check(deskTerms({ siteCalendars: { s1: calendar } })), { warnings: [], warningsSaid: [] });
});

t.test('nobody sees or changes the contract of another client', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  await desk.put(deskTerms());
  const scope = ofClients(desk.other.client.id);
  t.same(desk.contracts.port.list(scope), []);
  t.equal(desk.contracts.port.list(everyClient).length, 1);
  const id = desk.tenant.client.id;
  await t.rejects(desk.contracts.port.get(scope, id), { code: 'not_found' });
  await t.rejects(desk.contracts.port.put(scope, id, deskTerms(), ann), { code: 'not_found' });
  await t.rejects(desk.contracts.port.get(everyClient, 'nobody'), { code: 'not_found' });
  const incident = await desk.verdict('raise');
  await t.rejects(desk.contracts.clocks.explain(scope, incident.id), { code: 'not_found' });
  await t.rejects(desk.contracts.clocks.setPriority(scope, incident.id, 'normal', 'w', ann), { code: 'not_found' });
});

t.test('every tier is a preset that starts today', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T23:30');
  const presets = desk.contracts.port.presets();
  t.same(
    presets.map(({ tier }) => tier),
    ['standard', 'advanced', 'premium', 'own'],
  );
  t.match(presets[0]?.terms, {
    startsOn: '2026-10-05',
    saturday: false,
    availability: { serverTargetPpm: 999_000, workstationTargetPpm: null },
  });
});
