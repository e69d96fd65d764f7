import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, startAgent } from '../../agent/agent.ts';
import { readClocks } from '../../agent/collect/clocks.ts';
import type { Collector, Measurement } from '../../agent/collect/collector.ts';
import { enroll } from '../../agent/identity/enroll.ts';
import { loadOrCreateIdentity, readEnrolment } from '../../agent/identity/identity.ts';
import type { Log } from '../../agent/log/log.ts';
import { POLICY_FILE } from '../../agent/tasks/policy.ts';
import type { Clocks, GoodbyeReason } from '../../protocol/wire/frame.ts';
import { describe, type FamilyName } from '../../protocol/wire/metric.ts';

/**
 * A real agent (its own key, link and spool on disk) whose machine is made up: values come from a function of the round, so
 * that a test knows what the server must conclude.
 */
export interface SimMachine {
  /** Free bytes of `/data`, of 100 GiB, in the given round (from 1). */
  availableBytes(round: number): number;
}

export interface SimAgent {
  readonly deviceId: string;
  readonly dataDir: string;
  readonly runId: string;
  /** Rounds measured so far. */
  rounds(): number;
  stop(): Promise<void>;
  /** Says goodbye with this reason; what it keeps on disk stays for `dataDir` of a next one. */
  leave(reason: GoodbyeReason): Promise<void>;
}

export interface SimAgentOptions {
  readonly server: string;
  readonly token: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly machine: SimMachine;
  /** How long each wait before reconnecting is: 0 the shortest that an agent may draw, 1 the longest. */
  readonly patience?: number;
  readonly bootId?: string;
  /** The machine's clocks, if not the real ones. */
  readonly clocks?: () => Clocks;
  /** That of an earlier one, which is enrolled. */
  readonly dataDir?: string;
  /** What its inventory says beyond the usual. */
  readonly inventory?: Record<string, unknown>;
  /** Its policy file. */
  readonly policy?: Record<string, unknown>;
}

const GiB = 1024 ** 3;
export const simDiskBytes = 100 * GiB;

const steady: readonly [FamilyName, number][] = [
  ['cpu.user', 0.08],
  ['cpu.system', 0.03],
  ['cpu.iowait', 0.004],
  ['load.1', 0.4],
  ['load.5', 0.5],
  ['load.15', 0.45],
  ['memory.size', 16 * GiB],
  ['memory.available', 11 * GiB],
  ['memory.cached', 3 * GiB],
  ['swap.size', 2 * GiB],
  ['swap.used', 0],
  ['swap.inBytes', 0],
  ['swap.outBytes', 0],
  ['psi.cpu', 0.01],
  ['psi.memory', 0],
  ['psi.io', 0.02],
  ['host.processes', 180],
];

function simCollector(machine: SimMachine, onRound: (round: number) => void): Collector {
  let round = 0;
  const metrics = [
    describe('cpu.busy'),
    describe('host.uptime'),
    describe('fs.size', '/data'),
    describe('fs.available', '/data'),
    describe('fs.inodes', '/data'),
    describe('fs.inodesFree', '/data'),
    describe('fs.readOnly', '/data'),
    ...steady.map(([family]) => describe(family)),
    ...['sda', 'sdb'].flatMap((disk) => [describe('disk.readBytes', disk), describe('disk.writeBytes', disk)]),
    ...['eth0', 'eth1'].flatMap((name) => [describe('net.rxBytes', name), describe('net.txBytes', name)]),
  ];
  return {
    async collect(): Promise<Measurement> {
      round += 1;
      onRound(round);
      const values = [
        0.1 + (round % 7) / 100,
        readClocks().bootMs / 1000,
        simDiskBytes,
        machine.availableBytes(round),
        6_000_000,
        5_000_000,
        0,
        ...steady.map(([, value]) => value),
        ...Array.from({ length: 8 }, (_, index) => round * 4096 * (index + 1)),
      ];
      return { metrics, values };
    },
    processes: async () => [{ name: 'sim', cpuRatio: 0.1, memoryBytes: 1e8, count: 1 }],
    close: () => undefined,
  };
}

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Enrols and starts a simulated machine; its data folder lies in the system's temporary folder until `stop`. */
export async function startSimAgent(options: SimAgentOptions): Promise<SimAgent> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vigia-sim-'));
  if (options.policy) writeFileSync(join(dataDir, POLICY_FILE), JSON.stringify(options.policy));
  const enrolment =
    readEnrolment(dataDir) ??
    (await enroll({
      dataDir,
      server: options.server,
      token: options.token,
      name: options.name,
      machineId: options.name,
      agentVersion: '0.1.0',
    }));
  let rounds = 0;
  const agent: Agent = await startAgent({
    dataDir,
    // Where the server listens now, also for one that was enrolled when it listened elsewhere.
    enrolment: { ...enrolment, server: options.server },
    identity: loadOrCreateIdentity(dataDir),
    collector: simCollector(options.machine, (round) => {
      rounds = round;
    }),
    takeInventory: async () => JSON.stringify({ ...simInventory(options.name), ...options.inventory }),
    machineId: options.name,
    bootId: options.bootId ?? `boot-${options.name}`,
    agentVersion: '0.1.0',
    reportIntervalMs: options.intervalMs,
    clocks: options.clocks ?? readClocks,
    random: () => options.patience ?? Math.random(),
    log: silent,
    onFailure: (cause) => {
      throw cause;
    },
  });
  return {
    deviceId: enrolment.deviceId,
    dataDir,
    runId: agent.runId,
    rounds: () => rounds,
    async stop() {
      await agent.stop({ type: 'goodbye', reason: 'service_stop', returnInMs: 0 });
      rmSync(dataDir, { recursive: true, force: true });
    },
    leave: (reason) => agent.stop({ type: 'goodbye', reason, returnInMs: 0 }),
  };
}

export function simInventory(hostname: string): Record<string, unknown> {
  return {
    agentVersion: '0.1.0',
    hostname,
    platform: 'linux',
    architecture: 'x64',
    osName: 'SimOS',
    osVersion: '1',
    kernel: '6.1',
    manufacturer: 'Vigia',
    model: 'simulated',
    serial: 'not permitted',
    virtualisation: 'virtual',
    cpuModel: 'none',
    cpuSockets: 1,
    cpuCores: 4,
    cpuThreads: 4,
    memoryBytes: 16 * GiB,
    disks: [],
    interfaces: [],
  };
}
