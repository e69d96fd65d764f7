import { generateKeyPairSync, sign } from 'node:crypto';
import type { Test } from 'tap';
import { type Agent, type AgentOptions, startAgent } from '../../agent/agent.ts';
import { readClocks } from '../../agent/collect/clocks.ts';
import type { Collector, Measurement } from '../../agent/collect/collector.ts';
import type { Enrolment, Identity } from '../../agent/identity/identity.ts';
import { rawPublicKey } from '../../agent/identity/keys.ts';
import { createLog, type Log } from '../../agent/log/log.ts';
import type { ReportFrame, SchemaFrame } from '../../protocol/wire/frame.ts';
import { describe, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { Peer } from './agent-peer.ts';
import { tempDir } from './temp-dir.ts';

/** An agent's surroundings with known numbers in place of a real machine's. */

export const machineMetrics: readonly MetricDescriptor[] = [
  describe('cpu.busy'),
  describe('memory.size'),
  describe('memory.available'),
];

/** Answers with the same list and the values that `read` gives. */
export function fixedCollector(read: () => (number | null)[] = () => [0.5, 1000, 500]): Collector {
  return {
    collect: async (): Promise<Measurement> => ({ metrics: machineMetrics, values: read() }),
    processes: async () => [{ name: 'busy', cpuRatio: 0.9, memoryBytes: 1, count: 1 }],
    close: () => undefined,
  };
}

export function makeIdentity(): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: rawPublicKey(publicKey), sign: (message) => sign(null, message, privateKey) };
}

/** Collects what is logged. */
export function recordingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { log: createLog('trace', (line) => lines.push(line)), lines };
}

export function enrolmentWith(peer: Peer): Enrolment {
  return {
    server: peer.url,
    identityKey: Buffer.from(peer.identityKey).toString('base64url'),
    wsPath: '/agent',
    deviceId: 'device-1',
    kind: 'server',
    clientName: 'Acme',
    siteName: 'Main office',
    intervalMs: 10_000,
    enrolledAt: new Date(0).toISOString(),
  };
}

/** Starts an agent that is enrolled with `peer` and reports every 200 ms; it is stopped after the test. */
export async function startTestAgent(t: Test, peer: Peer, options: Partial<AgentOptions> = {}): Promise<Agent> {
  const identity = options.identity ?? makeIdentity();
  peer.devices.add(Buffer.from(identity.publicKey).toString('base64url'));
  const agent = await startAgent({
    dataDir: options.dataDir ?? tempDir(t),
    enrolment: enrolmentWith(peer),
    identity,
    collector: fixedCollector(),
    takeInventory: async () => '{"hostname":"test"}',
    machineId: 'machine',
    bootId: 'boot',
    agentVersion: '0.0.0',
    reportIntervalMs: 200,
    clocks: readClocks,
    random: () => 0.01,
    log: recordingLog().log,
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  t.teardown(() => agent.stop({ type: 'goodbye', reason: 'service_stop', returnInMs: 0 }));
  return agent;
}

export function schemaFrame(metrics: readonly MetricDescriptor[] = machineMetrics): SchemaFrame {
  return { type: 'schema', run: 0, schema: 1, metrics };
}

export function reportFrame(sequence: number): ReportFrame {
  const clocks = { wallMs: 1_700_000_000_000 + sequence, monotonicMs: sequence, bootMs: sequence };
  return { type: 'report', run: 0, schema: 1, sequence, backfill: false, clocks, scaled: [5000, 1000, null] };
}
