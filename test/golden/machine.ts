import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { rawPublicKey } from '../../agent/identity/keys.ts';
import { AGENT_SUBPROTOCOL, enrolmentRequestMessage } from '../../protocol/api/enrolment.ts';
import { ChainWriter } from '../../protocol/wire/chain.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import {
  agentProofMessage,
  type ChallengeFrame,
  type Clocks,
  Feature,
  type Frame,
  type GoodbyeReason,
} from '../../protocol/wire/frame.ts';
import { describe, type FamilyName } from '../../protocol/wire/metric.ts';
import type { AgentPlan, ProbeAnswer, ProbeRequest } from '../../protocol/wire/plan.ts';
import { scaleValues } from '../../protocol/wire/report.ts';
import { simInventory } from '../support/sim-agent.ts';
import { keyFrom } from './chance.ts';
import { stillness, time } from './world.ts';

const HOUR_MS = 3_600_000;

export interface MachineOptions {
  readonly name: string;
  readonly kind: 'server' | 'workstation';
  /** What the server's proxy says of where it calls from. */
  readonly address: string;
  readonly everyMs: number;
  /** Told every frame of the server but its pings. */
  readonly onFrame: (machine: Machine, frame: Frame) => void;
}

/** What a machine measures: metrics by name, as they are now. */
export type Readings = Record<string, number>;

interface Kept {
  readonly clocks: Clocks;
  readonly readings: Readings;
}

/** A machine whose agent speaks the protocol over a real socket: key, handshake, reports, and a spool while it is cut off. */
export class Machine {
  readonly options: MachineOptions;
  readonly publicKey: Uint8Array;
  readonly readings: Readings;
  readonly inventory: Record<string, unknown>;
  /** How it answers when it is asked about a neighbour. */
  answer: (request: ProbeRequest) => Omit<ProbeAnswer, 'id'> = () => {
    return { outcome: 'not_permitted', detail: 'The policy of this machine does not allow it.', tookMs: 0 };
  };
  deviceId = '';
  machineId: string;
  /** Its time of day minus the true one. */
  clockOffsetMs = 0;
  pings = 0;
  /** The checks that it was asked to run. */
  plan: AgentPlan = { checks: [] };
  readonly #key: KeyObject;
  #runId = 1;
  #boot = 1;
  #bootedAtMs = time.now() - HOUR_MS;
  #sequence = 0;
  #schema = 0;
  #schemaNames = '';
  #isOn = true;
  #isMute = false;
  #socket: WebSocket | null = null;
  #nonce: Uint8Array = new Uint8Array(32);
  #isWelcome = false;
  #chains = { live: new ChainWriter(), backfill: new ChainWriter() };
  readonly #kept = new Map<number, Kept>();

  constructor(options: MachineOptions) {
    this.options = options;
    this.machineId = createHash('sha256').update(`machine of ${options.name}`).digest('hex').slice(0, 32);
    const seed = createHash('sha256').update(`key of ${options.name}`).digest();
    this.#key = keyFrom(seed);
    this.publicKey = rawPublicKey(createPublicKey(this.#key));
    this.readings = {
      'cpu.busy': 0.12,
      'load.1': 0.4,
      'memory.size': 16e9,
      'memory.available': 11e9,
      'swap.size': 2e9,
      'swap.used': 0,
      'swap.inBytes': 0,
      'swap.outBytes': 0,
      'fs.size[/]': 40e9,
      'fs.available[/]': 25e9,
      'fs.inodes[/]': 6_000_000,
      'fs.inodesFree[/]': 5_000_000,
      'fs.readOnly[/]': 0,
      'net.rxBytes[eth0]': 1_000_000,
      'host.uptime': 0,
      'host.processes': 180,
    };
    this.inventory = simInventory(options.name);
  }

  /** True while it is running and its link is open. */
  get isConnected(): boolean {
    return this.#isWelcome;
  }

  /** The body with which it enrols. */
  enrolment(token: string): Record<string, unknown> {
    const nonce = createHash('sha256').update(`nonce of ${this.options.name}`).digest();
    const signature = sign(null, enrolmentRequestMessage(token, nonce, this.publicKey), this.#key);
    return {
      token,
      publicKey: Buffer.from(this.publicKey).toString('base64url'),
      nonce: nonce.toString('base64url'),
      hostname: this.options.name,
      machineId: this.machineId,
      os: 'SimOS 1',
      agentVersion: '0.1.0',
      wallMs: this.#clocks().wallMs,
      signature: signature.toString('base64url'),
    };
  }

  /** Another machine with the same disk: the same key, another hardware. */
  clone(over: Pick<MachineOptions, 'address'>): Machine {
    const other = new Machine({ ...this.options, ...over });
    other.deviceId = this.deviceId;
    other.machineId = createHash('sha256').update(`clone of ${this.options.name}`).digest('hex').slice(0, 32);
    return other;
  }

  async connect(port: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, AGENT_SUBPROTOCOL, {
      perMessageDeflate: false,
      autoPong: false,
      headers: { 'x-forwarded-for': this.options.address, 'x-forwarded-proto': 'https' },
    });
    this.#socket = socket;
    this.#isMute = false;
    socket.on('message', (data: Buffer) => this.#take(decodeFrame(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#isWelcome = false;
    });
    await stillness.during(once(socket, 'open'));
    this.#nonce = createHash('sha256').update(`${this.options.name} ${time.now()}`).digest();
    this.#send({
      type: 'hello',
      versionMin: 1,
      versionMax: 1,
      features: Feature.deltaReports | Feature.probe | Feature.checks,
      publicKey: this.publicKey,
      nonce: this.#nonce,
      runId: this.#run(),
      machineId: this.machineId,
      bootId: this.#bootId(),
      agentVersion: '0.1.0',
      intervalMs: this.options.everyMs,
      clocks: this.#clocks(),
    });
    await stillness.settle();
  }

  /** Measures and reports; what cannot be sent is kept. Does nothing while it is off. */
  async report(): Promise<void> {
    if (!this.#isOn) return;
    const round = Math.floor(time.now() / this.options.everyMs);
    this.readings['cpu.busy'] = 0.05 + ((round * 7 + this.options.name.length * 5) % 40) / 100;
    this.readings['load.1'] = ((round * 3) % 8) / 2;
    this.readings['host.uptime'] = Math.floor((time.now() - this.#bootedAtMs) / 1_000);
    this.readings['net.rxBytes[eth0]'] = (this.readings['net.rxBytes[eth0]'] ?? 0) + 4_096;
    this.#sequence += 1;
    this.#kept.set(this.#sequence, { clocks: this.#clocks(), readings: { ...this.readings } });
    if (this.#isWelcome && !this.#isMute) this.#sendReport(this.#sequence, false);
    await stillness.settle();
  }

  sendInventory(): Promise<void> {
    this.#send({ type: 'inventory', json: JSON.stringify(this.inventory) });
    return stillness.settle();
  }

  sendProcesses(): Promise<void> {
    const processes = [{ name: 'backup', cpuRatio: 0.93, memoryBytes: 2_000_000_000, count: 2 }];
    this.#send({ type: 'processes', clocks: this.#clocks(), processes });
    return stillness.settle();
  }

  /** Its cable is pulled: nobody hears anything of it, not even an end. It goes on measuring. */
  vanish(): void {
    this.#isMute = true;
  }

  /** Its link ends without a word. */
  async drop(): Promise<void> {
    this.#socket?.terminate();
    await stillness.settle();
  }

  /** It is switched off, with or without a goodbye. */
  async turnOff(reason: GoodbyeReason | null): Promise<void> {
    this.#isOn = false;
    if (reason !== null) {
      this.#send({ type: 'goodbye', reason, returnInMs: 0 });
      this.#socket?.close(1001);
    } else this.#socket?.terminate();
    await stillness.settle();
  }

  /** It is switched on again. */
  boot(): void {
    this.#isOn = true;
    this.#boot += 1;
    this.#runId += 1;
    this.#sequence = 0;
    this.#kept.clear();
    this.#bootedAtMs = time.now() - 20_000;
  }

  #take(frame: Frame): void {
    if (this.#isMute) return;
    if (frame.type === 'ping') this.pings += 1;
    else this.options.onFrame(this, frame);
    if (frame.type === 'challenge') this.#prove(frame);
    else if (frame.type === 'welcome') this.#begin();
    else if (frame.type === 'ping') this.#send({ type: 'pong', id: frame.id, clocks: this.#clocks() });
    else if (frame.type === 'ack') {
      for (const [from, to] of frame.ranges)
        for (let sequence = from; sequence <= to; sequence += 1) this.#kept.delete(sequence);
    } else if (frame.type === 'plan') this.plan = JSON.parse(frame.json) as AgentPlan;
    else if (frame.type === 'probe') {
      const request = JSON.parse(frame.json) as ProbeRequest;
      this.#send({ type: 'probe_result', json: JSON.stringify({ id: request.id, ...this.answer(request) }) });
    }
  }

  #prove({ identityKey, nonce }: ChallengeFrame): void {
    const message = agentProofMessage(identityKey, nonce, this.#nonce, this.#run());
    this.#send({ type: 'proof', signature: sign(null, message, this.#key) });
  }

  #begin(): void {
    this.#isWelcome = true;
    this.#chains = { live: new ChainWriter(), backfill: new ChainWriter() };
    this.#schemaNames = '';
    for (const sequence of this.#kept.keys()) this.#sendReport(sequence, true);
  }

  #sendReport(sequence: number, backfill: boolean): void {
    const kept = this.#kept.get(sequence);
    if (kept === undefined) return;
    const names = Object.keys(kept.readings);
    const metrics = names.map((name) => {
      const [, family = name, instance] = /^([^[]+)\[(.+)\]$/.exec(name) ?? [];
      return describe(family as FamilyName, instance);
    });
    if (names.join() !== this.#schemaNames) {
      this.#schemaNames = names.join();
      this.#schema += 1;
      this.#send({ type: 'schema', run: 0, schema: this.#schema, metrics });
    }
    const scaled = scaleValues(metrics, Object.values(kept.readings));
    const { clocks } = kept;
    const report = { type: 'report', run: 0, schema: this.#schema, sequence, backfill, clocks, scaled } as const;
    this.#send(this.#chains[backfill ? 'backfill' : 'live'].next(report));
  }

  #send(frame: Frame): void {
    const socket = this.#socket;
    if (!this.#isMute && socket?.readyState === WebSocket.OPEN) socket.send(encodeFrame(frame));
  }

  #bootId(): string {
    return `boot-${this.#boot} of ${this.options.name}`;
  }

  #run(): Uint8Array {
    return createHash('sha256').update(`${this.machineId} run ${this.#runId}`).digest().subarray(0, 16);
  }

  #clocks(): Clocks {
    const bootMs = time.now() - this.#bootedAtMs;
    return { wallMs: time.now() + this.clockOffsetMs, monotonicMs: bootMs, bootMs };
  }
}
