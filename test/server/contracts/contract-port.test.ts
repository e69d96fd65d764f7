import { sql } from 'kysely';
import t from 'tap';
import { everyClient } from '../../../server/domain/scope.ts';
import { ann, contractDesk, deskTerms, wall } from '../../support/contract-desk.ts';
import { tempStore } from '../../support/store.ts';

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
    /Now due Tue 2026-10-06 11:00, before due Tue 2026-10-06 09:00\.$/,
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
  t.same(desk.contracts.port.check(deskTerms({ siteCalendars: { s1: calendar } })), { warnings: [] });
});

t.test('nobody sees or changes the contract of another client', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  await desk.put(deskTerms());
  const scope = { clientId: desk.other.client.id };
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
