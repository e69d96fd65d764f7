import { readFileSync } from 'node:fs';
import t from 'tap';
import type { PresenceInterval } from '../../protocol/api/view.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

/**
 * Containers of one host: they share its kernel, its boot id and, where nothing stands before `/proc/uptime`, its uptime. Only the
 * start of their first process tells one start from the next.
 */

const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const contained = (command: readonly string[]) => [
  'unshare',
  ...user,
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  ...command,
];

t.test('a container that is started again was down meanwhile', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms', settings: { presence: { judgeAfterStartMs: 0 } } });
  const machine = await enrol(t, server);
  const { deviceId } = machine;
  const restarted = async () => {
    const missedAtMs = Date.now();
    await server.untilDevice(deviceId, 'is missed', ({ state }) => state !== 'up');
    const silentMs = Date.now() - missedAtMs;
    const agent = machine.start(contained);
    await server.untilDevice(deviceId, 'is back', ({ state }) => state === 'up');
    return { agent, silentMs };
  };
  const ledger = (length: number) =>
    until('the ledger of it', async () => {
      const intervals = await server.presence(deviceId);
      return intervals.length >= length && intervals;
    });
  const lasted = (interval?: PresenceInterval) => Date.parse(interval?.to ?? '') - Date.parse(interval?.from ?? '');

  const first = machine.start(contained);
  await until('its reports', () => server.reports(deviceId).length >= 3);
  // Whoever stops a container tells the program that it was started for.
  const [contents] = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').split(' ');
  process.kill(Number(contents), 'SIGTERM');
  await first.ended;
  const second = await restarted();
  t.match(await ledger(3), [{ state: 'up' }, { state: 'down', reason: 'reboot_announced' }, { state: 'up' }]);
  t.same(await server.incidents(deviceId), [], 'it was announced');

  await second.agent.stop('SIGKILL');
  const third = await restarted();
  const all = await ledger(5);
  t.same(
    all.map(({ state }) => state),
    ['up', 'down', 'up', 'down', 'up'],
  );
  t.match(all[3], { reason: 'reboot_unexpected' });
  t.ok(lasted(all[3]) > 0.8 * third.silentMs, `${lasted(all[3])} of ${third.silentMs} ms`);
  t.match(await server.untilIncident(deviceId, 'reboot.unexpected', () => true), { priority: 'medium' });
});
