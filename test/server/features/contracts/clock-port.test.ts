import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { ann, contractDesk, deskTerms, wall } from '../../../support/contract-desk.ts';
import { tempStore } from '../../../support/store.ts';

const emergency = { minutes: 15, aroundTheClock: false, onSiteMinutes: 120 };

t.test('pausing and going on, in the store and in the history', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { clocks } = desk.contracts;
  desk.clock.ms = wall('2026-10-05T15:00');
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise');
  desk.clock.ms = wall('2026-10-05T16:00');
  await clocks.pause(everyClient, id, 'no access', ann);
  t.match(await clocks.explain(everyClient, id), {
    clock: { outcome: 'paused', dueAt: null, pausedSince: '2026-10-05T22:00:00.000Z' },
  });
  await t.rejects(clocks.pause(everyClient, id, 'again', ann), {
    code: 'conflict',
    message: 'The clock is paused already.',
  });
  const back = await desk.restart();
  back.clock.ms = wall('2026-10-06T09:00');
  await back.contracts.clocks.resume(everyClient, id, ann);
  t.match((await back.stored(id)).clock, { outcome: 'running', dueAt: wall('2026-10-06T12:00') });
  await t.rejects(back.contracts.clocks.resume(everyClient, id, ann), {
    code: 'conflict',
    message: 'The clock is not paused.',
  });
  t.same((await back.history(id)).slice(1), [
    'clock Ann: The clock stands still: waiting for the client (no access)',
    'clock Ann: The clock runs again after 17 h, now due 2026-10-06 18:00:00 UTC',
  ]);
  const { sentence, stretches } = await back.contracts.clocks.explain(everyClient, id);
  t.match(sentence, /Waiting for the client took 17 h/);
  t.equal(stretches.length, 3);
});

t.test('what a clock does not allow is a conflict with a sentence', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { clocks } = desk.contracts;
  desk.clock.ms = wall('2026-10-05T10:00');
  const { response } = deskTerms();
  await desk.put(deskTerms({ response: { ...response, normal: { minutes: null, binding: true } } }));
  const refused = (work: Promise<void>, message: string | RegExp) =>
    t.rejects(work, { code: 'conflict', message }, String(message));

  const late = await desk.verdict('raise', 'high', 'late');
  const answered = await desk.verdict('raise', 'high', 'answered');
  await desk.incidents.acknowledge(everyClient, answered.id, ann);
  const free = await desk.verdict('raise', 'normal', 'free');
  desk.clock.ms = wall('2026-10-05T14:00') + 1;
  await refused(
    clocks.pause(everyClient, late.id, 'r', ann),
    'The clock is breached already: a pause cannot cure that.',
  );
  await refused(clocks.pause(everyClient, answered.id, 'r', ann), 'The clock is closed: a person has acknowledged it.');
  await refused(clocks.pause(everyClient, free.id, 'r', ann), 'Nothing is due, so there is nothing to pause.');
  await refused(clocks.setPriority(everyClient, late.id, 'high', 'w', ann), 'The priority is high already.');
  await refused(clocks.markOnSite(everyClient, late.id, ann), /^No time on site is agreed/);
  await clocks.respond(everyClient, late.id, 'A ticket was answered.', { id: 'key:k1', name: 'Bot' });
  t.match((await desk.stored(late.id)).times, { respondedAt: null }, 'what a program says still waits for a person');
  await clocks.respond(everyClient, late.id, '', ann);
  await refused(clocks.respond(everyClient, late.id, '', ann), 'Ann has responded already.');
  await desk.verdict('clear', 'high', 'late');
  await refused(clocks.setPriority(everyClient, late.id, 'normal', 'w', ann), 'The incident is resolved already.');
});

t.test('maintenance and project work is never above Normal', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { clocks } = desk.contracts;
  const { id } = await desk.verdict('raise', 'medium');
  await desk.store.db.updateTable('incident').set({ suppressed_by: 'maintenance:w1', clock_json: null }).execute();
  const message = /^Maintenance and project work is never above Normal/;
  for (const priority of ['emergency', 'high'] as const) {
    await t.rejects(clocks.setPriority(everyClient, id, priority, 'w', ann), { code: 'conflict', message }, priority);
  }
  await clocks.setPriority(everyClient, id, 'normal', 'Planned work.', ann);
  t.match(await desk.stored(id), { priority: 'normal', clock: null });
  await t.rejects(clocks.pause(everyClient, id, 'r', ann), {
    message: 'This incident has no response clock: it is maintenance.',
  });
});

t.test('on site', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { clocks } = desk.contracts;
  desk.clock.ms = wall('2026-10-03T20:00');
  await desk.put(deskTerms({ emergency, onSiteFrom: 'not_remotely' }));
  const { id } = await desk.verdict('raise', 'high');
  await t.rejects(clocks.markOnSite(everyClient, id, ann), { message: /^A time on site is agreed for emergencies/ });
  await clocks.setPriority(everyClient, id, 'emergency', 'The shop stands still.', ann);
  t.match((await desk.told()).at(-1), { kind: 'incident.changed' }, 'what gets more urgent is told');
  await clocks.markOnSite(everyClient, id, ann);
  t.match(
    (await desk.stored(id)).clock?.onSite,
    { dueAt: wall('2026-10-03T22:00'), outcome: 'running' },
    'on a Saturday night',
  );
  await t.rejects(clocks.markOnSite(everyClient, id, ann), { code: 'conflict' });
  desk.clock.ms = wall('2026-10-03T22:00');
  await clocks.arriveOnSite(everyClient, id, ann);
  t.match((await desk.stored(id)).clock?.onSite, { arrivedAt: desk.clock.ms, outcome: 'met' });
  await t.rejects(clocks.arriveOnSite(everyClient, id, ann), { message: 'Somebody is on site already.' });
});

t.test('a clock is not paused without end', async (t) => {
  const desk = await contractDesk(t, await tempStore(t));
  const { clocks } = desk.contracts;
  desk.clock.ms = wall('2026-10-05T09:00');
  await desk.put(deskTerms());
  const { id } = await desk.verdict('raise');
  for (let count = 0; count < 100; count += 1) {
    desk.clock.ms += 1_000;
    await clocks.pause(everyClient, id, 'no access', ann);
    desk.clock.ms += 1_000;
    await clocks.resume(everyClient, id, ann);
  }
  await t.rejects(clocks.pause(everyClient, id, 'again', ann), {
    code: 'conflict',
    message: /paused 100 times already/,
  });
});
