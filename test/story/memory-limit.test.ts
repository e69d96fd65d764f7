import { execFileSync } from 'node:child_process';
import { readFileSync, rmdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { KeptReport } from '../support/kept-reports.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

/** As container runtimes do it with cgroups v1: a cgroup with a limit, seen as the root of its hierarchy from inside. */
const HIERARCHY = '/sys/fs/cgroup/memory';
const LIMIT_BYTES = 192 * 2 ** 20;

const contain = `
  set -e
  group=$1; limit=$2; shift 2
  mkdir "$group"
  echo "$limit" > "$group/memory.limit_in_bytes"
  echo $$ > "$group/cgroup.procs"
  mount --bind "$group" ${HIERARCHY}
  exec "$@"`;

const wrapWith = (group: string) => (command: readonly string[]) => [
  ...['unshare', '--mount', 'sh', '-c', contain, 'sh', group, String(LIMIT_BYTES)],
  ...command,
];

function memoryOf(report: KeptReport | undefined) {
  const value = (name: string) => report?.scaled[report.metrics.findIndex((metric) => metric.name === name)] ?? null;
  return { size: value('memory.size'), available: value('memory.available') };
}

/** Only root may make cgroups, and where version 2 holds the memory there is no such hierarchy. */
function whereLimits(): typeof t.test | (() => undefined) {
  if (process.getuid?.() !== 0) return () => undefined;
  const group = join(HIERARCHY, `vigia-test-${process.pid}-try`);
  try {
    const [program = '', ...args] = wrapWith(group)(['true']);
    execFileSync(program, args, { stdio: 'ignore' });
    return t.test.bind(t);
  } catch {
    return () => undefined;
  } finally {
    remove(group);
  }
}

/** There may be none, or one whose last process has not quite ended. */
function remove(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

t.test('whoever runs it, an agent reports no more memory than this machine has, and some of it free', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms' });
  const machine = await enrol(t, server);
  machine.start();
  await until('its reports', () => server.reports(machine.deviceId).length > 0);
  const { size, available } = memoryOf(server.reports(machine.deviceId).at(-1));
  t.ok(size !== null && size > 2 ** 26 && size <= totalmem(), `${size} bytes of ${totalmem()}`);
  t.ok(available !== null && available > 0 && available < (size ?? 0), `${available} bytes are left`);
});

whereLimits()('an agent in a container reports the memory that the kernel lets it have', async (t) => {
  const group = join(HIERARCHY, `vigia-test-${process.pid}`);
  const server = await startServer(t, { reportInterval: '500ms' });
  const machine = await enrol(t, server);
  const agent = machine.start(wrapWith(group));
  t.teardown(async () => {
    await agent.stop('SIGKILL');
    await until('its cgroup is gone', () => remove(group));
  });
  const { deviceId } = machine;
  await server.untilDevice(deviceId, 'has reported its memory', ({ memoryUsedRatio }) => memoryUsedRatio !== null);
  const { size, available } = memoryOf(server.reports(deviceId).at(-1));
  t.ok(totalmem() > LIMIT_BYTES);
  t.equal(size, LIMIT_BYTES, 'the limit, not the machine');
  const used = Number(readFileSync(join(group, 'memory.usage_in_bytes'), 'utf8'));
  t.ok(used > 0 && used <= LIMIT_BYTES, `${used} bytes are counted there`);
  t.ok(available !== null && available > 0 && available < LIMIT_BYTES, `${available} bytes are left`);
  t.ok(LIMIT_BYTES - (available ?? 0) <= 2 * used, 'what is used is that of the cgroup');
});
