import { readFileSync, statfsSync } from 'node:fs';
import { hostname, release, uptime } from 'node:os';
import t from 'tap';
import type { Series } from '../../protocol/api/view.ts';
import { startServer } from '../support/story.ts';
import { enrol, meminfoBytes } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.test('a machine joins, and the API shows what the machine itself shows', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms' });
  const machine = await enrol(t, server);
  const { deviceId } = machine;

  const before = await server.device(deviceId);
  t.equal(before.state, 'pending', 'enrolled, never seen');
  t.match(before.stateReason, /never reported/);

  const agent = machine.start();
  const startedAtMs = Date.now();
  const device = await server.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  t.comment(`first report shown after ${Date.now() - startedAtMs} ms`);
  const latest = new Map(device.latest.map(({ metric, value }) => [metric, value]));

  t.test('the device document', async (t) => {
    t.equal(device.state, 'up');
    t.equal(device.kind, 'server');
    t.equal(device.hostname, hostname());
    t.equal(device.reportIntervalMs, 500);
    t.match(device.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    const bootedAtMs = Date.now() - uptime() * 1000;
    t.ok(Math.abs(Date.parse(device.bootAt ?? '') - bootedAtMs) < 60_000, 'booted when the machine says');
    t.ok(Math.abs(device.clockOffsetMs ?? Number.NaN) < 60_000, 'one machine has one clock');
    t.equal(latest.get('memory.size'), meminfoBytes('MemTotal'));
    t.equal(latest.get('swap.size'), meminfoBytes('SwapTotal'));
    t.ok((latest.get('memory.available') ?? 0) <= meminfoBytes('MemTotal'));
    t.ok(Math.abs((latest.get('host.uptime') ?? 0) - uptime()) < 60);
    const root = statfsSync('/');
    t.equal(device.fileSystems.find(({ mountpoint }) => mountpoint === '/')?.sizeBytes, root.blocks * root.bsize);
    t.equal(latest.get('fs.inodes[/]'), root.files);
  });

  t.test('the series, from the first report on', async (t) => {
    const from = new Date(startedAtMs - 1_000).toISOString();
    const path = `/api/v1/devices/${deviceId}/series?metric=memory.size&metric=host.uptime&metric=cpu.busy&from=${from}&step=500ms`;
    const series = await until('six reports in the series', async (): Promise<Series | undefined> => {
      const answer: Series = await server.get(path);
      const known = answer.items[0]?.values.filter((value) => value !== null) ?? [];
      return known.length >= 6 ? answer : undefined;
    });
    t.match(series.items, [
      { metric: 'memory.size', unit: 'bytes', kind: 'gauge' },
      { metric: 'host.uptime', unit: 'seconds', kind: 'gauge' },
      { metric: 'cpu.busy', unit: 'ratio', kind: 'gauge' },
    ]);
    const [sizes, uptimes, busy] = series.items.map(({ values }) => values.filter((value) => value !== null));
    t.same([...new Set(sizes)], [meminfoBytes('MemTotal')], 'memory does not change');
    t.same(
      uptimes,
      [...(uptimes ?? [])].sort((a, b) => a - b),
      'uptime only grows',
    );
    t.ok(busy?.every((ratio) => ratio >= 0 && ratio <= 1));
  });

  t.test('the ledger', async (t) => {
    const [first, ...more] = await server.presence(deviceId);
    t.same(more, [], 'one stretch');
    t.match(first, { state: 'up', revised: false });
    t.equal(first?.evidence, 'The reports are of one boot of the machine, whose uptime grew as time passed.');
    t.ok(Date.parse(first?.from ?? '') >= startedAtMs, 'nothing is claimed of the time before the first report');
  });

  t.test('a metric that is none', async (t) => {
    const { status, body } = await server.ask('GET', `/api/v1/devices/${deviceId}/series?metric=memory.sice`);
    t.equal(status, 400);
    t.equal(body.error.code, 'metric_unknown');
    t.match(body.error.message, `${device.name} reports no metric "memory.sice". It reports memory.size`);
  });

  t.test('the inventory', async (t) => {
    const known = await server.untilDevice(deviceId, 'has an inventory', ({ inventory }) => inventory !== null, {
      deadlineMs: 60_000,
    });
    const { document } = known.inventory ?? {};
    t.match(document, { hostname: hostname(), platform: 'linux', kernel: release(), architecture: process.arch });
    t.ok(Math.abs(Number(document?.memoryBytes) - meminfoBytes('MemTotal')) < 2 ** 20, 'the memory of the machine');
    t.ok(known.os, 'the fleet shows the system');
  });

  t.test('leaving politely', async (t) => {
    t.equal(await agent.stop('SIGTERM'), 0);
    const left = await server.untilDevice(deviceId, 'is expected back', ({ state }) => state === 'expected');
    t.match(left.stateReason, /^The agent said service stop at .* and is expected back by .*\.$/);
    const reports = server.reports(deviceId).map(({ sequence }) => sequence);
    t.same(
      reports,
      [...reports.keys()].map((index) => index + 1),
      'each report is stored once',
    );
    t.same(await server.incidents(deviceId), []);
  });
});
