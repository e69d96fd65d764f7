import pino from 'pino';
import t, { type Test } from 'tap';
import { VigiaError } from '../../../../protocol/error.ts';
import type { Frame, HelloFrame } from '../../../../protocol/wire/frame.ts';
import { describe } from '../../../../protocol/wire/metric.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { AgentEvents } from '../../../../server/edge/agents/agents.ts';
import type { Link } from '../../../../server/edge/gateway/link.ts';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { startCore } from '../../../support/core.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { addTenant } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

const START = Date.UTC(2026, 2, 1);
const clocks = { wallMs: START + 7_000, monotonicMs: 60_000, bootMs: 60_000 };
const run = { runId: 'ab'.repeat(16), bootId: 'boot-1' };

async function setUp(t: Test) {
  const clock = new FakeClock(START);
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START - 1 });
  await addTenant(store, 'Acme');
  await store.close();
  const core = await startCore(t, { dir, clock });
  const record = [...core.fleet.devices.values()][0]!;
  const told: string[] = [];
  const agents = new AgentEvents({
    clock,
    store: core.store,
    watch: core.watch,
    ingest: core.ingest,
    kept: { keep: () => undefined },
    logger: pino({ level: 'silent' }),
    onChanged: ({ info }) => told.push(`changed ${info.name}`),
    onReportsLost: (count) => told.push(`lost ${count}`),
  });
  const sent: Frame[] = [];
  const acknowledged: string[] = [];
  const link = {
    send: (frame: Frame) => sent.push(frame),
    acknowledge: (run: number, sequence: number, backfill: boolean) =>
      acknowledged.push(`${run}/${sequence}${backfill ? ' backfill' : ''}`),
  } as unknown as Link<DeviceRecord>;
  const hello = { bootId: 'boot-1', agentVersion: '9.9.9', intervalMs: 10_000, clocks } as HelloFrame;
  return {
    core,
    clock,
    record,
    agents,
    told,
    sent,
    acknowledged,
    link,
    hello,
    device: () => core.store.scoped(everyClient).devices.get(record.info.id),
  };
}

t.test('a greeting: the device is up, dated, and its version is known', async (t) => {
  const { core, record, agents, link, hello, device } = await setUp(t);
  t.equal(record.connection.liveness.state, 'pending');
  agents.connected(record, hello, link);
  await core.watch.lane.idle();
  t.equal(record.connection.liveness.state, 'up');
  t.match(record.connection, { isConnected: true, linkLostAt: null, intervalMs: 10_000, isReturning: false });
  t.match(record.memory.dating, { bootId: 'boot-1', bootOffsetMs: START - 60_000, clockOffsetMs: 7_000 });
  await until('its version', async () => (await device())?.agent_version === '9.9.9');
});

t.test('a link that breaks is noted, one that ends with a goodbye is not', async (t) => {
  const { clock, record, agents, link, hello } = await setUp(t);
  agents.connected(record, hello, link);
  clock.ms += 5_000;
  agents.disconnected(record, true);
  t.match(record.connection, { isConnected: false, linkLostAt: null });
  agents.disconnected(record, false);
  t.equal(record.connection.linkLostAt, START + 5_000);
  agents.connected(record, hello, link);
  t.equal(record.connection.linkLostAt, null);
});

t.test('reports are acknowledged on their link, or sent back', async (t) => {
  const { core, record, agents, link, hello, sent, acknowledged } = await setUp(t);
  const events = agents.connected(record, hello, link);
  const metrics = [describe('cpu.busy')];
  const offer = (sequence: number, backfill: boolean) => {
    const scaled = [1_000];
    events.onReport({ type: 'report', run: 0, schema: 1, sequence, backfill, clocks, scaled }, run, metrics);
  };
  offer(1, true);
  offer(2, false);
  t.same(acknowledged, [], 'not before the commit');
  await core.ingest.drain();
  t.same(acknowledged, ['0/1 backfill', '0/2']);
  core.ingest.offer = ({ from }) => from.refuse(5_000);
  offer(3, false);
  t.match(sent, [{ type: 'error', code: 'overloaded', fatal: false, retryInMs: 5_000 }]);
});

t.test('what an agent tells of its machine', async (t) => {
  const { clock, core, record, agents, link, hello, told, device } = await setUp(t);
  const events = agents.connected(record, hello, link);
  events.onGap({ type: 'gap', run: 0, from: 5, to: 9, cause: 'spool_full' });
  events.onProcesses([{ name: 'x', cpuRatio: 1, memoryBytes: 2, count: 3 }]);
  t.match(record.processes, { at: START, items: [{ name: 'x' }] });
  clock.ms += 1_000;
  events.onClocks('boot-2', { ...clocks, bootMs: 500 });
  t.match(record.memory.dating, { bootId: 'boot-2', bootOffsetMs: START + 500 });
  t.throws(() => events.onInventory('{'), { code: 'frame_malformed' });
  t.same(told, ['lost 5', 'changed acme-srv']);
  events.onGoodbye('shutdown');
  await core.watch.lane.idle();
  t.equal(record.connection.liveness.state, 'off');
  t.equal((await device())?.inventory_json, null);
});

t.test('what was refused stands on the device until a report is taken', async (t) => {
  const { core, record, agents, told, link, hello } = await setUp(t);
  const { detail } = await import('../../../../server/features/devices/summary.ts');
  const events = agents.connected(record, hello, link);
  events.onRefused?.(new VigiaError('schema_invalid', 'The metric "disk.busy[sdb]" has the unit 9.'));
  t.same(detail(record, core.book, core.fleet, 0).refusal, {
    code: 'schema_invalid',
    sentence: 'The metric "disk.busy[sdb]" has the unit 9.',
    at: new Date(START).toISOString(),
  });
  t.same(told, [`changed ${record.info.name}`], 'and whoever looks at it is told');
  const metrics = [describe('cpu.busy')];
  const report = { type: 'report', run: 0, schema: 1, sequence: 1, backfill: false, clocks, scaled: [1] } as const;
  agents.connected(record, hello, link).onReport(report, run, metrics);
  t.equal(detail(record, core.book, core.fleet, 0).refusal, null);
});
