import { copyFileSync, cpSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { Collector, Measurement } from '../../../agent/collect/collector.ts';
import { createCollector } from '../../../agent/collect/create-collector.ts';
import {
  families,
  MAX_METRIC_NAME_BYTES,
  MAX_METRICS_PER_SCHEMA,
  parseMetricName,
} from '../../../protocol/wire/metric.ts';
import { PATIENCE_MS } from '../../support/until.ts';
import { fixturePath } from './fixture.ts';

const answer = { bsize: 4096, frsize: 4096, blocks: 100, bavail: 50, files: 10, ffree: 5 };

/** What every measurement must be, whatever the machine. */
function checkShape(t: Test, { metrics, values }: Measurement): Map<string, number | null> {
  t.equal(metrics.length, values.length);
  t.ok(metrics.length <= MAX_METRICS_PER_SCHEMA);
  const byName = new Map(metrics.map((metric, i) => [metric.name, values[i]!]));
  t.equal(byName.size, metrics.length, 'no metric twice');
  for (const { name, unit } of metrics) {
    const value = byName.get(name) ?? null;
    t.ok(Buffer.byteLength(name) <= MAX_METRIC_NAME_BYTES, name);
    t.ok(parseMetricName(name).family in families, name);
    t.ok(value === null || Number.isFinite(value), `${name} = ${value}`);
    if (unit === 'ratio' && value !== null) t.ok(value >= 0 && value <= 1, `${name} = ${value}`);
    if (unit !== 'celsius' && value !== null) t.ok(value >= 0, `${name} = ${value}`);
  }
  return byName;
}

/** Rounds until the kernel has counted a tick: its clock moves in steps of 10 ms. */
async function measureUntilBusyIsKnown(collector: Collector): Promise<Measurement> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const measurement = await collector.collect();
    const busy = measurement.values[measurement.metrics.findIndex((metric) => metric.name === 'cpu.busy')];
    if (busy !== null || performance.now() > deadlineMs) return measurement;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

t.test('this very machine', async (t) => {
  const collector = createCollector();
  t.teardown(() => collector.close());
  checkShape(t, await collector.collect());
  const measurement = await measureUntilBusyIsKnown(collector);
  const values = checkShape(t, measurement);
  for (const name of ['cpu.busy', 'cpu.busiestCore', 'load.1', 'memory.size', 'memory.available', 'host.uptime']) {
    t.type(values.get(name), 'number', name);
  }
  t.ok(values.get('memory.available')! <= values.get('memory.size')!);
  const sizes = [...values].filter(([name]) => name.startsWith('fs.size['));
  t.ok(sizes.length > 0, 'there is a file system');
  for (const [name, size] of sizes) {
    const available = values.get(name.replace('fs.size', 'fs.available')) ?? null;
    t.ok(size === null || available === null || available <= size, name);
  }
  const again = await collector.collect();
  if (again.metrics.length === measurement.metrics.length) t.equal(again.metrics, measurement.metrics, 'the same list');
});

t.test('the processes of this machine, names only', async (t) => {
  const collector = createCollector();
  t.teardown(() => collector.close());
  const processes = await collector.processes();
  if (process.platform === 'linux') t.ok(processes.length > 0);
  t.ok(processes.length <= 10);
  for (const { name, cpuRatio, memoryBytes, count } of processes) {
    t.ok(name.length > 0 && name.length <= 64, name);
    t.ok(cpuRatio >= 0 && cpuRatio <= 1 && memoryBytes >= 0 && count >= 1, name);
  }
  t.ok(processes.some((each) => each.memoryBytes > 0) || process.platform !== 'linux');
});

t.test('closing ends a reading of the processes that is under way', async (t) => {
  const collector = createCollector({ platform: 'linux' });
  const pending = collector.processes();
  collector.close();
  t.same(await pending, []);
});

const linux = (origin: string) =>
  createCollector({
    platform: 'linux',
    procRoot: fixturePath(`${origin}/proc`),
    sysRoot: fixturePath(`${origin}/sys`),
    statfs: async () => ({ bsize: 4096, frsize: 4096, blocks: 100, bavail: 50, files: 10, ffree: 5 }),
  });

t.test('an old kernel: no PSI, no available memory, no new columns', async (t) => {
  const values = checkShape(t, await linux('old-kernel').collect());
  t.notOk([...values.keys()].some((name) => name.startsWith('psi.')));
  t.equal(values.get('swap.outBytes'), 34 * 4096);
  t.equal(values.get('net.rxBytes[eth0]'), 123456789012);
  t.equal(values.get('net.txErrors[eth0]'), 4);
  t.equal(values.get('disk.readBytes[sda]'), 30000 * 512);
  t.equal(values.get('fs.available[/boot]'), 50 * 4096);
  t.equal(values.get('host.uptime'), 98765.43);
});

t.test('nothing there at all: every value is null, nothing throws', async (t) => {
  const values = checkShape(t, await linux('nowhere').collect());
  t.ok(values.has('cpu.busy'));
  t.ok([...values.values()].every((value) => value === null));
  t.same(
    [...values.keys()].filter((name) => name.includes('[')),
    [],
  );
});

t.test('two readings of a machine whose files change between them', async (t) => {
  const proc = t.testdir();
  cpSync(fixturePath('many-cores/proc'), proc, { recursive: true });
  cpSync(fixturePath('machine/proc/self'), `${proc}/self`, { recursive: true });
  const collector = createCollector({ platform: 'linux', procRoot: proc, sysRoot: fixturePath('sensors/sys') });
  const first = await collector.collect();
  t.equal(checkShape(t, first).get('cpu.busy'), null, 'the first has nothing to compare with');
  copyFileSync(`${proc}/stat.10s-later`, `${proc}/stat`);
  const second = await collector.collect();
  t.equal(checkShape(t, second).get('cpu.busiestCore'), 0.99);
  t.equal(second.metrics, first.metrics);
  copyFileSync(fixturePath('lvm/proc/self/mountinfo'), `${proc}/self/mountinfo`);
  const third = checkShape(t, await collector.collect());
  t.ok(third.has('fs.size[/var]'), 'a mount is seen in the round after');
  t.equal(third.get('cpu.busy'), null, 'the counters stood still');
});

t.test('a hung network mount: reports go on', async (t) => {
  const collector = createCollector({
    platform: 'linux',
    procRoot: fixturePath('nfs/proc'),
    sysRoot: fixturePath('machine/sys'),
    statfs: async () => answer,
    apart: {
      parallel: 4,
      ask: (paths) => {
        const hangs = paths.some((path) => path.toString() === '/mnt/nfs4');
        const alone = hangs ? (['hung'] as const) : [answer];
        return { answers: Promise.resolve(paths.length > 1 ? undefined : alone), ended: new Promise(() => {}) };
      },
      close() {},
    },
  });
  for (let round = 0; round < 5; round++) {
    const values = checkShape(t, await collector.collect());
    t.equal(values.get('fs.size[/]'), 409600);
    t.equal(values.get('fs.readable[/]'), 1);
    t.equal(values.get('fs.size[/mnt/nfs4]'), null);
    if (round === 0) continue;
    t.equal(values.get('fs.readable[/mnt/nfs4]'), 0);
    t.equal(values.get('fs.size[/mnt/sshfs]'), 409600);
  }
});

t.test('of more than 64 file systems the largest are watched, and what is left out is said', async (t) => {
  const proc = t.testdir({ self: {} });
  const lines = Array.from(
    { length: 100 },
    (_, index) => `${index} 1 8:${index} / /m${index} rw - ext4 /dev/sd${index} rw`,
  );
  writeFileSync(`${proc}/self/mountinfo`, lines.join('\n'));
  const collector = createCollector({
    platform: 'linux',
    procRoot: proc,
    sysRoot: fixturePath('machine/sys'),
    statfs: async (path) => ({ ...answer, blocks: Number(path.toString().slice(2)) + 1 }),
  });
  for (let round = 0; round < 3; round++) {
    const values = checkShape(t, await collector.collect());
    t.equal(values.get('fs.size[/m99]'), 409600);
    t.notOk(values.has('fs.size[/m35]'));
    t.equal(values.get('fs.leftOut[/m35]'), 36 * 4096);
    t.equal(values.get('fs.leftOutCount'), 36);
  }
  writeFileSync(`${proc}/self/mountinfo`, lines.slice(0, 10).join('\n'));
  const few = checkShape(t, await collector.collect());
  t.notOk(few.has('fs.leftOutCount'));
  t.equal(few.get('fs.size[/m0]'), 4096);
});
