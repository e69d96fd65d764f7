import t from 'tap';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const MINUTE_MS = 60_000;
const settings = {
  presence: {
    // After the clock has jumped as well: a report must come before anybody is judged absent.
    judgeAfterStartMs: 12_000,
    lateAfterMs: 4_000,
    lateAfterLinkLossMs: 500,
    lostAfterMs: 8_000,
    tellAfterMs: 0,
  },
};

/** A window of so many minutes on the client that is running by now. */
async function startWork(server: StoryServer, clientId: string, now: number, durationMinutes: number) {
  const startsAt = new Date(now).toISOString().slice(0, 16);
  const when = { timeZone: 'UTC', startsAt, durationMinutes, rrule: null };
  const made = await server.ask('POST', '/api/v1/maintenance', {
    clientId,
    title: 'Patch night',
    target: { kind: 'client', id: null },
    ...when,
  });
  return made.body;
}

t.test('a device that goes away in maintenance and comes back: no message but one summary', async (t) => {
  const clock = storyClock();
  const server = await startServer(t, { reportInterval: '500ms', settings, clock });
  const machine = await enrol(t, server);
  const { deviceId } = machine;
  const agent = machine.start();
  const { clientId } = await server.untilDevice(deviceId, 'reports', ({ state }) => state === 'up');
  await until('a report', () => server.reports(deviceId).length >= 1);

  const window = await startWork(server, clientId, clock.now(), 30);
  t.match(
    window.running,
    { excludes: false, reason: /^Declared .* it silences but excludes nothing\.$/ },
    'too late to exclude',
  );
  await server.untilDevice(deviceId, 'is in maintenance', ({ inMaintenance }) => inMaintenance);
  t.match((await server.get('/api/v1/overview')).maintenance, [{ windowId: window.id, title: 'Patch night' }]);

  await agent.stop('SIGKILL');
  const lost = await server.untilIncident(deviceId, 'contact', ({ state }) => state === 'open');
  t.equal(lost.suppressedBy, `maintenance:${window.id}`, 'evaluation goes on, nobody is told');
  machine.start();
  await server.untilIncident(deviceId, 'contact', ({ state }) => state === 'resolved');
  t.same(server.notices, []);

  clock.advance(Date.parse(window.running.to) - clock.now());
  await server.untilDevice(deviceId, 'is out of maintenance', ({ inMaintenance }) => !inMaintenance);
  const summary = await until('the summary', () => server.notices.find(({ kind }) => /summary/.test(kind)));
  t.match(
    JSON.stringify(summary),
    /1 of 1 device came back, proved by a report after the end; none of them restarted\. 1 incident was raised meanwhile; none is open any more\./,
  );
  clock.advance(20 * MINUTE_MS);
  await server.untilDevice(deviceId, 'reports again', ({ state }) => state === 'up');
  const aboutWork = server.notices.filter(({ kind }) => /summary/.test(kind));
  t.equal(aboutWork.length, 1, 'once');
  t.same(server.noticesOf(lost.id), [], 'and nothing of what came and went');
  t.same(
    (await server.incidents(deviceId)).filter(({ rule }) => rule === 'maintenance.return'),
    [],
  );
});

t.test('a device that stays away is told at the end', async (t) => {
  const clock = storyClock();
  const server = await startServer(t, { reportInterval: '500ms', settings, clock });
  const machine = await enrol(t, server);
  const { deviceId } = machine;
  const agent = machine.start();
  const { clientId } = await server.untilDevice(deviceId, 'reports', ({ state }) => state === 'up');
  await until('a report', () => server.reports(deviceId).length >= 1);
  const window = await startWork(server, clientId, clock.now(), 30);
  await agent.stop('SIGKILL');
  const lost = await server.untilIncident(deviceId, 'contact', ({ state }) => state === 'open');
  t.same(server.notices, []);

  clock.advance(Date.parse(window.running.to) - clock.now());
  await until('people are told', () => server.noticesOf(lost.id).length > 0);
  t.same(server.noticesOf(lost.id), ['incident.raised']);
  clock.advance(15 * MINUTE_MS);
  const away = await server.untilIncident(deviceId, 'maintenance.return', ({ state }) => state === 'open');
  t.equal(away.parentId, lost.id, 'the loss explains it');
  const summary = await until('the summary', () => server.notices.find(({ kind }) => /summary/.test(kind)));
  t.match(JSON.stringify(summary), /0 of 1 device came back.*Not back: /);
  machine.start();
  await server.untilIncident(deviceId, 'maintenance.return', ({ state }) => state === 'resolved');
  await server.untilIncident(deviceId, 'contact', ({ state }) => state === 'resolved');
  await until('the recovery', () => server.noticesOf(lost.id).length > 1);
  t.same(server.noticesOf(lost.id), ['incident.raised', 'incident.resolved']);
  t.same(server.noticesOf(away.id), [], 'one cause, one message');
});
