import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { ann, contractDesk, deskTerms, wall } from '../../../support/contract-desk.ts';
import { tempStore } from '../../../support/store.ts';

const due = wall('2026-10-05T14:00');
const warn = wall('2026-10-05T13:12');

t.test('the assignee is warned at 80 %, the owner is told of the breach: once each, also over restarts', async (t) => {
  let desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms());
  const user = await desk.store.users.create({
    email: 'bob@x.test',
    name: 'Bob',
    role: 'technician',
    passwordHash: '-',
  });
  const { id } = await desk.verdict('raise');
  await desk.store.db.updateTable('incident').set({ assignee_id: user.id }).execute();
  desk = await desk.restart();
  t.match((await desk.stored(id)).clock, { dueAt: due, outcome: 'running' }, 'a restart keeps the clock');

  desk.clock.ms = warn - 1;
  await desk.judge();
  t.equal((await desk.told()).length, 1, 'so far only the incident itself');
  for (const at of [warn, warn + 1_000, due]) {
    desk.clock.ms = at;
    await desk.judge();
    desk = await desk.restart();
  }
  t.match((await desk.told()).slice(1), [
    {
      kind: 'incident.clock_warning',
      payload: {
        incidentId: id,
        assigneeId: user.id,
        clientId: desk.tenant.client.id,
        siteId: desk.tenant.site.id,
        dueAt: due,
        noteSaid: /^80 % of the time is spent/,
      },
    },
  ]);
  for (const at of [due + 1, due + 1_000, due + 86_400_000]) {
    desk.clock.ms = at;
    await desk.judge();
    desk = await desk.restart();
  }
  t.match((await desk.told()).slice(2), [
    {
      kind: 'incident.clock_breach',
      payload: { incidentId: id, noteSaid: /^Nobody acknowledged it by 2026-10-05 20:00:00 UTC/ },
    },
  ]);
  t.equal((await desk.told()).length, 3);
  t.match((await desk.stored(id)).clock, { outcome: 'breached', warnedAt: warn, breachToldAt: due + 1 });
  t.match((await desk.history(id)).slice(1), [/^clock -: 80 %/, /^clock -: Nobody acknowledged it by/]);
  await desk.incidents.acknowledge(everyClient, id, ann);
  t.match((await desk.stored(id)).clock, { outcome: 'breached' }, 'and it stays so');
});

t.test('a server that was off over both tells only the breach', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms());
  await desk.verdict('raise');
  const back = await desk.restart();
  back.clock.ms = due + 3_600_000;
  await back.judge();
  t.same(
    (await back.told()).map(({ kind }) => kind),
    ['incident.raised', 'incident.clock_breach'],
  );
});

t.test('a clock that is paused, answered or never binding tells nothing', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  const shown = await desk.verdict('raise', 'normal', 'shown');
  await desk.put(deskTerms());
  await desk.put({ ...deskTerms(), response: { ...deskTerms().response, normal: { minutes: 60, binding: false } } });
  t.match((await desk.stored(shown.id)).clock, { binding: false });
  const paused = await desk.verdict('raise', 'high', 'paused');
  await desk.contracts.clocks.pause(everyClient, paused.id, 'no access', ann);
  const answered = await desk.verdict('raise', 'high', 'answered');
  await desk.incidents.acknowledge(everyClient, answered.id, ann);
  desk.clock.ms += 30 * 86_400_000;
  await desk.judge();
  t.same([...new Set((await desk.told()).map(({ kind }) => kind))], ['incident.raised']);
});

t.test('nobody on site in time is told once', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms({ emergency: { minutes: 15, aroundTheClock: true, onSiteMinutes: 120 } }));
  const { id } = await desk.verdict('raise', 'emergency');
  await desk.incidents.acknowledge(everyClient, id, ann);
  const dueOnSite = wall('2026-10-05T12:00');
  for (const at of [dueOnSite, dueOnSite + 1, dueOnSite + 2]) {
    desk.clock.ms = at;
    await desk.judge();
  }
  t.match((await desk.told()).slice(1), [
    { kind: 'incident.clock_breach', payload: { noteSaid: /^Nobody was on site by 2026-10-05 18:00:00 UTC/ } },
  ]);
  t.equal((await desk.told()).length, 2);
  t.match((await desk.stored(id)).clock, { outcome: 'met', onSite: { outcome: 'breached' } });
});

t.test('what a higher priority breaches while we wait for the client is told and kept', async (t) => {
  let desk = await contractDesk(t, await tempStore(t));
  desk.clock.ms = wall('2026-10-05T10:00');
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise', 'normal');
  desk.clock.ms = wall('2026-10-05T11:00');
  await desk.contracts.clocks.pause(everyClient, id, 'no access', ann);
  desk.clock.ms = wall('2026-10-05T12:00');
  await desk.contracts.clocks.setPriority(everyClient, id, 'emergency', 'The shop stands still.', ann);
  desk = await desk.restart();
  await desk.judge();
  t.match((await desk.told()).at(-1), { kind: 'incident.clock_breach', payload: { noteSaid: /does not cure it\.$/ } });
  t.match((await desk.stored(id)).clock, { outcome: 'breached', pauses: [{ to: desk.clock.ms }] });
  await t.rejects(desk.contracts.clocks.resume(everyClient, id, ann), {
    code: 'conflict',
    message: 'The clock is breached already: it does not run again.',
  });
  await desk.contracts.clocks.setPriority(everyClient, id, 'normal', 'It was the test shop.', ann);
  desk.clock.ms += 60_000;
  await desk.judge();
  t.match((await desk.stored(id)).clock, { outcome: 'breached' }, 'no lower priority cures it');
  t.equal((await desk.told()).filter(({ kind }) => kind === 'incident.clock_breach').length, 1, 'told once');
});
