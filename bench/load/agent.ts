import { type KeyObject, randomBytes, sign } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import type { Backoff } from '../../agent/link/backoff.ts';
import type { LinkEnd } from '../../agent/link/link.ts';
import { reconnectDelayMs } from '../../agent/link/reconnect.ts';
import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { ChainWriter } from '../../protocol/wire/chain.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import { agentProofMessage, type ChallengeFrame, type Clocks, Feature, type Frame } from '../../protocol/wire/frame.ts';
import type { Histogram } from './histogram.ts';
import { machineId, machineKey, rawPublicKey } from './keys.ts';
import { Machine, machineMetrics } from './machine.ts';
import { Socket } from './socket.ts';

/** What the agents of one load process share, and what they count together. */
export interface Load {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly createBackoff: () => Backoff;
  readonly secureContext: SecureContext;
  readonly counts: Counts;
  /** From sending a report to its acknowledgement. */
  readonly acknowledged: Histogram;
  readonly onWelcome: (agent: LoadAgent) => void;
  readonly onLost: (agent: LoadAgent, reason: string) => void;
}

export interface Counts {
  made: number;
  acknowledged: number;
  /** Since the start, whatever was zeroed in between. */
  acknowledgedEver: number;
  /** Made while the spool of the agent was full: dropped as a real one would. */
  dropped: number;
  sent: number;
  reportBytes: number;
  wireBytes: number;
  connected: number;
  connects: number;
  /** Ends of links that the load did not want. */
  lostLinks: number;
}

interface Kept {
  readonly clocks: Clocks;
  readonly scaled: readonly number[];
  sentAtMs: number;
}

/** Of a server that was killed. */
const silence = { code: 'closed', returnInMs: undefined } as const;
const MAX_SPOOL = 3_600;
/** As an agent does: so many reports of the backlog a second, while no more than these are unacknowledged. */
const BACKLOG_PER_SECOND = 50;
const MAX_UNACKNOWLEDGED = 64;
const RESEND_AFTER_MS = 30_000;
/**
 * Each agent has two ports of its own, below those that the kernel gives away, and takes them in turns. Where it has to find a free
 * one among thousands that only just ended, it looks for milliseconds, and the load stands still.
 */
const FIRST_PORT = 12_000;
const AGENTS_PER_ADDRESS = 8_000;

/** One machine and its agent: key, link, spool. It speaks the protocol as a real one does and measures nothing. */
export class LoadAgent {
  readonly index: number;
  readonly machine: Machine;
  readonly #load: Load;
  readonly #key: KeyObject;
  readonly #publicKey: Uint8Array;
  readonly #runId = randomBytes(16);
  readonly #bootOffsetMs: number;
  readonly #kept = new Map<number, Kept>();
  readonly #backoff: Backoff;
  #socket: Socket | null = null;
  #nonce: Uint8Array = new Uint8Array(0);
  #isWelcome = false;
  #welcomedAtMs = 0;
  #sequence = 0;
  #isAway = false;
  #attempts = 0;
  /** What the server said when it ended the link. */
  #parting: Pick<LinkEnd, 'code' | 'returnInMs'> = silence;
  #countedWireBytes = 0;
  #draining: NodeJS.Timeout | null = null;
  /** One for what is made now, one for what waited; none if the server takes full reports only. */
  #chains: { readonly live: ChainWriter; readonly backfill: ChainWriter } | null = null;
  /** When it last sent anything, ms since 1970. */
  lastSentAt = 0;

  constructor(index: number, load: Load) {
    this.index = index;
    this.#load = load;
    this.#backoff = load.createBackoff();
    this.#key = machineKey(index);
    this.#publicKey = rawPublicKey(this.#key);
    this.machine = new Machine(index + 1, load.intervalMs);
    this.#bootOffsetMs = 3_600_000 + index * 1_000;
  }

  /** Reports that were made and are neither acknowledged nor dropped; what an agent that ended still has counts for none. */
  get unacknowledged(): number {
    return this.#isAway ? 0 : this.#kept.size;
  }

  connect(): void {
    const { host, port, secureContext } = this.#load;
    this.#isAway = false;
    this.#parting = silence;
    this.#countedWireBytes = 0;
    this.#socket = new Socket({
      host,
      port,
      path: '/agent',
      subprotocol: AGENT_SUBPROTOCOL,
      secureContext,
      localAddress: `127.0.0.${2 + Math.floor(this.index / AGENTS_PER_ADDRESS)}`,
      localPort: FIRST_PORT + 2 * (this.index % AGENTS_PER_ADDRESS) + (this.#attempts++ % 2),
      onOpen: () => this.#hello(),
      onMessage: (message) => this.#take(decodeFrame(message)),
      onClose: (reason) => this.#closed(reason),
    });
  }

  /** A round of measurement: made, kept until it is acknowledged, sent if there is a link. */
  measure(): void {
    if (this.#isAway) return;
    const { counts } = this.#load;
    this.machine.step();
    counts.made += 1;
    if (this.#kept.size >= MAX_SPOOL) {
      counts.dropped += 1;
      return;
    }
    this.#sequence += 1;
    const report = { clocks: this.#clocks(), scaled: this.machine.scaled.slice(), sentAtMs: 0 };
    this.#kept.set(this.#sequence, report);
    if (this.#isWelcome) this.#sendReport(this.#sequence, report, false);
  }

  /** Says goodbye for good. */
  leave(): void {
    this.#isAway = true;
    this.#send({ type: 'goodbye', reason: 'shutdown', returnInMs: 0 });
  }

  /** Ends without a word, as a killed process. */
  die(): void {
    this.#isAway = true;
    this.#socket?.destroy();
  }

  /** Is cut off, as by a cable: the server hears nothing any more, not even an end. */
  vanish(): void {
    this.#isAway = true;
    this.#socket?.fallSilent();
  }

  #hello(): void {
    this.#nonce = randomBytes(32);
    this.#send({
      type: 'hello',
      versionMin: 1,
      versionMax: 1,
      features: Feature.deltaReports | Feature.probe | Feature.checks,
      publicKey: this.#publicKey,
      nonce: this.#nonce,
      runId: this.#runId,
      machineId: machineId(this.index),
      bootId: `boot-${this.index}`,
      agentVersion: '0.1.0',
      intervalMs: this.#load.intervalMs,
      clocks: this.#clocks(),
    });
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'ack':
        for (const [from, to] of frame.ranges) this.#acknowledge(from, to);
        return;
      case 'challenge':
        this.#prove(frame);
        return;
      case 'welcome':
        this.#chains =
          (frame.features & Feature.deltaReports) === 0
            ? null
            : { live: new ChainWriter(), backfill: new ChainWriter() };
        this.#welcome();
        return;
      case 'ping':
        this.#send({ type: 'pong', id: frame.id, clocks: this.#clocks() });
        return;
      case 'probe': {
        const { id } = JSON.parse(frame.json) as { id: number };
        const answer = { id, outcome: 'not_permitted', detail: 'A machine of the load asks nobody.', tookMs: 0 };
        this.#send({ type: 'probe_result', json: JSON.stringify(answer) });
        return;
      }
      case 'goodbye':
        this.#parting = { code: 'going_away', returnInMs: frame.returnInMs };
        return;
      case 'error':
        if (frame.fatal) this.#parting = { code: frame.code, returnInMs: frame.retryInMs || undefined };
        else setTimeout(() => this.#drain(), frame.retryInMs);
        return;
      default:
    }
  }

  #prove({ identityKey, nonce }: ChallengeFrame): void {
    const message = agentProofMessage(identityKey, nonce, this.#nonce, this.#runId);
    this.#send({ type: 'proof', signature: sign(null, message, this.#key) });
  }

  #welcome(): void {
    const { counts } = this.#load;
    this.#isWelcome = true;
    this.#welcomedAtMs = performance.now();
    counts.connected += 1;
    counts.connects += 1;
    this.#send({ type: 'schema', run: 0, schema: 1, metrics: machineMetrics });
    for (const kept of this.#kept.values()) kept.sentAtMs = 0;
    this.#drain();
    this.#load.onWelcome(this);
  }

  /** Sends what waits, oldest first, as fast as an agent may. */
  #drain(): void {
    if (!this.#isWelcome || this.#draining !== null) return;
    const nowMs = performance.now();
    let inFlight = 0;
    let sent = 0;
    let isAnyLeft = false;
    for (const [sequence, kept] of this.#kept) {
      if (kept.sentAtMs !== 0 && nowMs - kept.sentAtMs < RESEND_AFTER_MS) {
        inFlight += 1;
      } else if (sent < BACKLOG_PER_SECOND && inFlight < MAX_UNACKNOWLEDGED) {
        this.#sendReport(sequence, kept, true);
        sent += 1;
        inFlight += 1;
      } else {
        isAnyLeft = true;
        break;
      }
    }
    if (!isAnyLeft) return;
    this.#draining = setTimeout(() => {
      this.#draining = null;
      this.#drain();
    }, 1_000);
  }

  #sendReport(sequence: number, report: Kept, backfill: boolean): void {
    const { clocks, scaled } = report;
    const full = { type: 'report', run: 0, schema: 1, sequence, backfill, clocks, scaled } as const;
    const chain = backfill ? this.#chains?.backfill : this.#chains?.live;
    const frame = encodeFrame(chain?.next(full) ?? full);
    report.sentAtMs = performance.now();
    this.#load.counts.sent += 1;
    this.#load.counts.reportBytes += frame.length;
    this.#transmit(frame);
  }

  #acknowledge(from: number, to: number): void {
    const nowMs = performance.now();
    for (let sequence = from; sequence <= to; sequence += 1) {
      const kept = this.#kept.get(sequence);
      if (kept === undefined) continue;
      this.#kept.delete(sequence);
      this.#load.counts.acknowledged += 1;
      this.#load.counts.acknowledgedEver += 1;
      this.#load.acknowledged.add(nowMs - kept.sentAtMs);
    }
  }

  #send(frame: Frame): void {
    this.#transmit(encodeFrame(frame));
  }

  #transmit(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.send(bytes);
    this.lastSentAt = Date.now();
    this.#load.counts.wireBytes += socket.wireBytesSent - this.#countedWireBytes;
    this.#countedWireBytes = socket.wireBytesSent;
  }

  #closed(reason: string): void {
    const { counts, onLost } = this.#load;
    const connectedForMs = this.#isWelcome ? performance.now() - this.#welcomedAtMs : 0;
    if (this.#isWelcome) counts.connected -= 1;
    this.#isWelcome = false;
    this.#socket = null;
    if (this.#draining !== null) clearTimeout(this.#draining);
    this.#draining = null;
    if (this.#isAway) return;
    counts.lostLinks += 1;
    onLost(this, reason);
    const end = { ...this.#parting, message: reason, connectedForMs };
    setTimeout(() => this.connect(), reconnectDelayMs(end, this.#backoff, Math.random));
  }

  #clocks(): Clocks {
    const upMs = Math.floor(performance.now()) + this.#bootOffsetMs;
    return { wallMs: Date.now(), monotonicMs: upMs, bootMs: upMs };
  }
}
