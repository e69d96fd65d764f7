import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { createBackoff } from '../../agent/link/backoff.ts';
import { type Counts, type Load, LoadAgent } from './agent.ts';
import { Histogram } from './histogram.ts';
import type { LoadCall, LoadCalls, LoadFigures, LoadOptions } from './messages.ts';
import { Rounds } from './rounds.ts';

/** A process of agents, driven by the measurement through messages. It ends with the process that started it. */

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const { reconnectAfterMs } = options;
const counts: Counts = {
  made: 0,
  acknowledged: 0,
  acknowledgedEver: 0,
  dropped: 0,
  sent: 0,
  reportBytes: 0,
  wireBytes: 0,
  connected: 0,
  connects: 0,
  lostLinks: 0,
};
const acknowledged = new Histogram();
const endings = new Map<string, number>();
let welcomes: number[] = [];

const load: Load = {
  host: options.host,
  port: options.port,
  intervalMs: options.intervalMs,
  createBackoff: () => (reconnectAfterMs === undefined ? createBackoff(Math.random) : { next: () => reconnectAfterMs }),
  secureContext: createSecureContext(),
  counts,
  acknowledged,
  onWelcome: () => welcomes.push(Date.now()),
  onLost: (_agent, reason) => endings.set(reason, (endings.get(reason) ?? 0) + 1),
};
const agents = Array.from({ length: options.count }, (_, index) => new LoadAgent(options.first + index, load));
const rounds = new Rounds(agents, options.intervalMs);

function agentOf(index: number): LoadAgent {
  const agent = agents[index - options.first];
  if (agent === undefined) throw new RangeError(`this load has no machine ${index}`);
  return agent;
}

async function connectAll(perSecond: number, deadlineMs: number): Promise<{ tookMs: number }> {
  const startedAt = performance.now();
  const STEP_MS = 50;
  let next = 0;
  while (next < agents.length) {
    const due = Math.min(agents.length, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond) + 1);
    for (; next < due; next += 1) agents[next]?.connect();
    await sleep(STEP_MS);
  }
  while (counts.connected < agents.length) {
    if (performance.now() - startedAt > deadlineMs) {
      const reasons = JSON.stringify(Object.fromEntries(endings));
      throw new Error(`only ${counts.connected} of ${agents.length} agents are connected; links ended: ${reasons}`);
    }
    await sleep(STEP_MS);
  }
  return { tookMs: performance.now() - startedAt };
}

async function settle(deadlineMs: number): Promise<LoadFigures> {
  rounds.stop();
  const until = performance.now() + deadlineMs;
  while (unacknowledged() > 0 && performance.now() < until) await sleep(50);
  return figures();
}

function unacknowledged(): number {
  return agents.reduce((sum, agent) => sum + agent.unacknowledged, 0);
}

let cpuBefore = process.cpuUsage();

function begin(): null {
  const { connected, acknowledgedEver } = counts;
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = 0;
  Object.assign(counts, { connected, acknowledgedEver });
  acknowledged.clear();
  rounds.late.clear();
  endings.clear();
  welcomes = [];
  cpuBefore = process.cpuUsage();
  return null;
}

function figures(): LoadFigures {
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    ...counts,
    unacknowledged: unacknowledged(),
    ackP50Ms: acknowledged.percentile(0.5),
    ackP99Ms: acknowledged.percentile(0.99),
    lateP99Ms: rounds.late.percentile(0.99),
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    endings: Object.fromEntries([...endings].sort((a, b) => b[1] - a[1])),
  };
}

function returns(): LoadCalls['returns']['result'] {
  const sorted = welcomes.toSorted((a, b) => a - b);
  const firstAt = sorted[0] ?? 0;
  const perSecond: number[] = [];
  for (const at of sorted) {
    const second = Math.floor((at - firstAt) / 1000);
    while (perSecond.length <= second) perSecond.push(0);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  return { perSecond, firstAt, lastAt: sorted.at(-1) ?? 0 };
}

const handlers: { [C in LoadCall]: (args: LoadCalls[C]['args']) => unknown } = {
  connect: ({ perSecond, deadlineMs }) => connectAll(perSecond, deadlineMs),
  report: () => {
    rounds.start();
    return null;
  },
  settle: ({ deadlineMs }) => settle(deadlineMs),
  begin,
  figures,
  end: ({ index, way }) => {
    const agent = agentOf(index);
    rounds.leaveOut(agent);
    agent[way]();
    return way === 'vanish' ? agent.lastSentAt : Date.now();
  },
  readOnly: ({ index, isReadOnly }) => {
    const agent = agentOf(index);
    agent.machine.setReadOnly(isReadOnly);
    agent.measure();
    return Date.now();
  },
  returns,
  close: () => {
    setImmediate(() => process.exit(0));
    return null;
  },
};

process.on('message', ({ id, call, args }: { id: number; call: LoadCall; args: never }) => {
  Promise.resolve()
    .then(() => handlers[call](args))
    .then(
      (result) => process.send?.({ id, result }),
      (cause: unknown) => process.send?.({ id, error: cause instanceof Error ? cause.message : String(cause) }),
    );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, result: null });
