import { mkdirSync } from 'node:fs';
import t, { type Test } from 'tap';
import { readClocks } from '../../agent/collect/clocks.ts';
import { readMemory } from '../../agent/files/memory.ts';
import { Feature, type GoodbyeFrame } from '../../protocol/wire/frame.ts';
import { fixedCollector, makeIdentity, startTestAgent } from '../support/agent-machine.ts';
import { Peer, type PeerOptions, refusal } from '../support/agent-peer.ts';
import { freePort } from '../support/free-port.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const serviceStop: GoodbyeFrame = { type: 'goodbye', reason: 'service_stop', returnInMs: 600_000 };

async function startPeer(t: Test, options: PeerOptions = {}): Promise<Peer> {
  const peer = await Peer.start(options);
  t.teardown(() => peer.stop());
  return peer;
}

/** Counts the rounds of an agent; `untilMore` waits for so many more of them. */
function countingCollector() {
  let rounds = 0;
  const collector = fixedCollector(() => {
    rounds += 1;
    return [0.5, 1_000, 500];
  });
  const untilMore = (count: number) => {
    const wanted = rounds + count;
    return until(`${count} more rounds`, () => rounds >= wanted);
  };
  return { collector, untilMore };
}

t.test('measures, reports and is acknowledged, round after round', async (t) => {
  const peer = await startPeer(t);
  let value = 0;
  const collector = fixedCollector(() => {
    value += 0.01;
    return [value, 1_000, null];
  });
  const agent = await startTestAgent(t, peer, { collector });
  // What a busy machine could not send at once comes later than what is new.
  await peer.until('the first reports', () => [1, 2, 3].every((one) => peer.sequences(agent.runId).includes(one)));
  const third = peer.reports.find(({ report }) => report.sequence === 3);
  t.same(third?.report.scaled, [300, 1_000, null], 'as integers of the list of metrics');
  t.equal(peer.framesOf('schema').length, 1);
  t.equal(peer.framesOf('processes').length, 0);
  await agent.stop(serviceStop);
  await peer.until('the goodbye', () => peer.framesOf('goodbye').length > 0);
  t.same(peer.framesOf('goodbye'), [serviceStop]);
});

t.test('tells reports by their changes to a server that grants it, and in full to any other', async (t) => {
  const f = async (features: number) => {
    const peer = await startPeer(t);
    peer.manners.features = features;
    let round = 0;
    const collector = fixedCollector(() => {
      round += 1;
      return [0.5, 1_000, round];
    });
    await startTestAgent(t, peer, { collector, reportIntervalMs: 100 });
    await peer.until('five reports', () => peer.reports.length >= 5);
    t.ok(
      peer.reports.every(({ report }) => report.scaled[2] === report.sequence),
      'each is what was measured',
    );
    return { full: peer.framesOf('report').length, changes: peer.framesOf('report_delta').length };
  };
  t.equal((await f(0)).changes, 0);
  const { full, changes } = await f(Feature.deltaReports);
  // The first one may have been made before the connection stood: then it came from the spool.
  t.ok(full <= 2 && changes >= 3, `${full} in full, ${changes} as changes`);
});

t.test('follows the interval of the server unless this machine has its own', async (t) => {
  const peer = await startPeer(t);
  peer.manners.intervalMs = 250;
  await startTestAgent(t, peer, { reportIntervalMs: undefined });
  await peer.until('three reports', () => peer.reports.length >= 3);
  t.equal(peer.hellos[0]?.intervalMs, 10_000, 'until it is told, as it was enrolled');
});

t.test('tells the busiest processes only while it is busy', async (t) => {
  for (const values of [
    [0.9, 1_000, 500],
    [0.1, 1_000, 99],
  ]) {
    const peer = await startPeer(t);
    await startTestAgent(t, peer, { collector: fixedCollector(() => values) });
    await peer.until('processes', () => peer.framesOf('processes').length > 0);
    t.match(peer.framesOf('processes')[0]?.processes, [{ name: 'busy', cpuRatio: 0.9 }]);
  }
});

t.test('walks over the processes of a busy machine twice a minute at most', async (t) => {
  const peer = await startPeer(t);
  let aheadMs = 0;
  const clocks = () => {
    const { wallMs, monotonicMs, bootMs } = readClocks();
    return { wallMs: wallMs + aheadMs, monotonicMs: monotonicMs + aheadMs, bootMs: bootMs + aheadMs };
  };
  await startTestAgent(t, peer, { collector: fixedCollector(() => [0.9, 1_000, 500]), reportIntervalMs: 50, clocks });
  await peer.until('five reports', () => peer.reports.length >= 5);
  t.equal(peer.framesOf('processes').length, 1);
  aheadMs = 30_000;
  await peer.until('the next walk', () => peer.framesOf('processes').length === 2);
});

t.test('the inventory is sent when it changed since a server took it, at a start or a new link', async (t) => {
  const peer = await startPeer(t);
  const dataDir = tempDir(t);
  const identity = makeIdentity();
  const inventories = () => peer.framesOf('inventory').map(({ json }) => json);
  const run = async (json: string, want: number) => {
    const taken = () => readMemory(dataDir).inventoryHash;
    const [before, isNew] = [taken(), want > inventories().length];
    const agent = await startTestAgent(t, peer, { dataDir, identity, takeInventory: async () => json });
    if (isNew) await until('the agent to know that it was taken', () => taken() !== before);
    else await peer.until('a few reports', () => peer.sequences(agent.runId).length > 30);
    peer.drop();
    const { hellos } = peer;
    const count = hellos.length;
    await peer.until('the next link', () => hellos.length > count && peer.connections === 1);
    await agent.stop(serviceStop);
    t.equal(inventories().length, want, json);
  };
  await run('{"ram":1}', 1);
  await run('{"ram":1}', 1);
  await run('{"ram":2}', 2);
});

t.test('what a server did not get while it was away comes later, behind what is new', async (t) => {
  const peer = await startPeer(t, { port: await freePort() });
  const { port } = peer;
  const { collector, untilMore } = countingCollector();
  // However late a timer fires in this process, the newest report describes the present.
  const clocks = () => ({ ...readClocks(), bootMs: 1_000 });
  const agent = await startTestAgent(t, peer, { collector, clocks });
  await peer.until('two reports', () => peer.reports.length >= 2);
  await peer.stop();
  const seen = peer.reports.length;
  await untilMore(7);
  const later = await startPeer(t, { port, likePeer: peer });
  await later.until('the backlog', () => later.reports.some(({ report }) => report.sequence === seen + 1));
  const [first, ...rest] = later.reports;
  t.equal(first?.report.backfill, false, 'the newest report comes first, as live');
  t.ok((first?.report.sequence ?? 0) > seen + 2, `${first?.report.sequence} after ${seen}`);
  const backlog = rest.filter(({ report }) => report.backfill).map(({ report }) => report.sequence);
  t.same(
    backlog,
    [...backlog].sort((a, b) => a - b),
    'the others from the oldest on',
  );
  await later.until('all of it', () => {
    const got = new Set([...peer.sequences(agent.runId), ...later.sequences(agent.runId)]);
    return Array.from({ length: Math.max(...got) }, (_, index) => index + 1).every((sequence) => got.has(sequence));
  });
});

t.test('a restarted agent delivers what the last one could not, under the old run', async (t) => {
  const peer = await startPeer(t);
  const dataDir = tempDir(t);
  const identity = makeIdentity();
  peer.manners.acknowledge = false;
  const first = await startTestAgent(t, peer, { dataDir, identity });
  await peer.until('three reports', () => peer.reports.length >= 3);
  await first.stop(serviceStop);
  const made = peer.sequences(first.runId).length;
  peer.reports.length = 0;
  peer.manners.acknowledge = true;
  const second = await startTestAgent(t, peer, { dataDir, identity, bootId: 'boot after' });
  await peer.until('the old run', () => peer.sequences(first.runId).length >= made);
  const old = peer.reports.filter(({ runId }) => runId === first.runId);
  t.ok(old.every(({ report, bootId }) => report.backfill && bootId === 'boot'));
  t.not(second.runId, first.runId);
  t.equal(peer.reports.find(({ runId }) => runId === second.runId)?.report.sequence, 1, 'the new run counts from 1');
});

t.test('comes back after every kind of loss', async (t) => {
  const peer = await startPeer(t);
  await startTestAgent(t, peer);
  for (const disturb of [
    () => peer.drop(),
    () => peer.broadcast(refusal('replaced')),
    () => peer.broadcast({ type: 'goodbye', reason: 'server_restart', returnInMs: 100 }),
    () => peer.broadcast(refusal('overloaded', 100)),
    () => peer.broadcast(new Uint8Array([0xff])),
  ]) {
    const count = peer.hellos.length;
    disturb();
    await peer.until('the next hello', () => peer.hellos.length > count);
    await peer.until('the welcome', () => peer.connections === 1);
  }
  t.pass();
});

t.test('a run that goes on elsewhere is told under another name from then on, also by the next agent', async (t) => {
  const peer = await startPeer(t);
  const dataDir = tempDir(t);
  const identity = makeIdentity();
  peer.manners.acknowledge = false;
  const agent = await startTestAgent(t, peer, { dataDir, identity });
  await peer.until('three reports', () => peer.reports.length >= 3);
  peer.reports.length = 0;
  peer.broadcast(refusal('run_forked'));
  const runOf = (index: number) => Buffer.from(peer.hellos[index]?.runId ?? []).toString('hex');
  const featuresOf = (index: number) => peer.hellos[index]?.features ?? 0;
  await peer.until('the next hello', () => peer.hellos.length === 2);
  const name = runOf(1);
  t.equal(runOf(0), agent.runId);
  t.not(name, agent.runId);
  t.equal(featuresOf(0) & Feature.forkedRun, 0);
  t.ok(featuresOf(1) & Feature.forkedRun && featuresOf(1) & Feature.newRun);
  await peer.until('all of it', () => {
    const got = new Set(peer.sequences(name));
    return got.size > 5 && got.size === Math.max(...got);
  });
  t.ok(
    peer.reports.every(({ runId }) => runId === name),
    'nothing under the name that another machine has too',
  );
  await agent.stop(serviceStop);
  peer.reports.length = 0;
  peer.manners.acknowledge = true;
  const next = await startTestAgent(t, peer, { dataDir, identity });
  await peer.until('what the last one could not deliver', () => peer.sequences(name).length > 5);
  t.equal(runOf(2), next.runId);
  t.equal(featuresOf(2) & Feature.forkedRun, 0);
  t.same(peer.sequences(agent.runId), []);
});

t.test('goes on collecting for a server that does not want it', async (t) => {
  const peer = await startPeer(t);
  const dataDir = tempDir(t);
  const identity = makeIdentity();
  peer.manners.refusal = refusal('agent_retired');
  const { collector, untilMore } = countingCollector();
  const retired = await startTestAgent(t, peer, { dataDir, identity, collector });
  await peer.until('the refusal', () => peer.framesOf('proof').length === 1);
  await untilMore(6);
  t.equal(peer.hellos.length, 1, 'and does not knock all the time');
  await retired.stop(serviceStop);
  peer.manners.refusal = undefined;
  await startTestAgent(t, peer, { dataDir, identity });
  await peer.until('what it collected', () => peer.sequences(retired.runId).length >= 3);
  t.pass();
});

t.test('a spool that cannot be used does not stop it', async (t) => {
  const peer = await startPeer(t);
  const dataDir = tempDir(t);
  mkdirSync(`${dataDir}/spool.bad/full`, { recursive: true });
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${dataDir}/spool`, 'in the way');
  await startTestAgent(t, peer, { dataDir });
  await peer.until('three reports', () => peer.reports.length >= 3);
  t.pass();
});

t.test('a collector that fails is not the end, unless it fails for good', async (t) => {
  const peer = await startPeer(t);
  let rounds = 0;
  const failing = fixedCollector(() => {
    rounds += 1;
    if (rounds < 3) throw new Error('not now');
    return [0, 1, 1];
  });
  await startTestAgent(t, peer, { collector: failing });
  await peer.until('a report', () => peer.reports.length >= 1);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const broken = fixedCollector(() => {
    throw new Error('never again');
  });
  await startTestAgent(t, peer, { collector: broken, onFailure: resolve });
  t.match(await promise, { message: 'never again' });
});
