import { getHeapStatistics } from 'node:v8';
import { ChainWriter } from '../protocol/wire/chain.ts';
import { decodeFrame, encodeFrame } from '../protocol/wire/codec.ts';
import { Feature, type HelloFrame, type ReportDeltaFrame, type ReportFrame } from '../protocol/wire/frame.ts';
import { Session, type SessionEvents } from '../server/edge/gateway/session.ts';
import { Machine, machineMetrics } from './load/machine.ts';

/**
 * What a report costs between the socket and whoever commits it, without the socket: from the message to the report that is
 * handed on, told in full and by its changes. Connections take turns, so that no cache flatters the figures.
 */
const CONNECTIONS = 1_000;
const REPORTS = 30;
const ROUNDS = 7;
const INTERVAL_MS = 1_000;

export function run(): object {
  return { full: measure(false), delta: measure(true), reports: CONNECTIONS * REPORTS, metrics: machineMetrics.length };
}

function measure(hasDeltas: boolean) {
  const messages = Array.from({ length: CONNECTIONS }, (_, index) => messagesOf(index + 1, hasDeltas));
  let allocatedBytes = 0;
  const rounds = Array.from({ length: ROUNDS }, () => {
    let taken = 0;
    const sessions = messages.map(() => openSession(hasDeltas, () => (taken += 1)));
    const allocatedBefore = allocatedSoFar();
    const before = process.cpuUsage();
    for (let report = 0; report < REPORTS; report += 1) {
      for (let index = 0; index < CONNECTIONS; index += 1) {
        const message = messages[index]?.[report] as Buffer;
        sessions[index]?.receive(decodeFrame(message), message);
      }
    }
    const { user, system } = process.cpuUsage(before);
    allocatedBytes = allocatedSoFar() - allocatedBefore;
    if (taken !== CONNECTIONS * REPORTS) throw new Error(`${taken} reports were taken`);
    return ((user + system) * 1_000) / taken;
  }).sort((a, b) => a - b);
  const sizes = messages.flatMap((of) => of.slice(1).map(({ length }) => length));
  return {
    cpuNsPerReport: Math.round(rounds[Math.floor(ROUNDS / 2)] ?? 0),
    bestCpuNsPerReport: Math.round(rounds[0] ?? 0),
    allocatedBytesPerReport: Math.round(allocatedBytes / (CONNECTIONS * REPORTS)),
    bytesPerReport: Math.round((10 * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length) / 10,
  };
}

/** Bytes on the heap of this thread since it began, also those that are free again. */
function allocatedSoFar(): number {
  return getHeapStatistics().total_allocated_bytes;
}

function messagesOf(seed: number, hasDeltas: boolean): Buffer[] {
  const machine = new Machine(seed, INTERVAL_MS);
  const chain = new ChainWriter();
  return Array.from({ length: REPORTS }, (_, index) => {
    machine.step();
    const atMs = index * INTERVAL_MS;
    const clocks = { wallMs: 1_790_000_000_000 + atMs, monotonicMs: 50_000_000 + atMs, bootMs: 60_000_000 + atMs };
    const scaled = machine.scaled.slice();
    const sequence = 500_000 + index;
    const report: ReportFrame = { type: 'report', run: 0, schema: 1, sequence, backfill: false, clocks, scaled };
    const frame: ReportFrame | ReportDeltaFrame = hasDeltas ? chain.next(report) : report;
    return Buffer.from(encodeFrame(frame));
  });
}

function openSession(hasDeltas: boolean, onReport: () => void): Session {
  const ignore = (): void => undefined;
  const events: SessionEvents = {
    onHeard: ignore,
    onClocks: ignore,
    onReport,
    onGap: ignore,
    onInventory: ignore,
    onProcesses: ignore,
    onGoodbye: ignore,
  };
  const hello = { runId: new Uint8Array(16), bootId: 'boot' } as HelloFrame;
  const features = hasDeltas ? Feature.deltaReports : 0;
  const session = new Session({ events, hello, features, now: Date.now, send: ignore, onGoodbye: ignore });
  session.receive({ type: 'schema', run: 0, schema: 1, metrics: machineMetrics }, new Uint8Array());
  return session;
}
