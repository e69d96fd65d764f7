import { setTimeout as sleep } from 'node:timers/promises';
import { ChainWriter } from '../../protocol/wire/chain.ts';
import type { AckFrame, ReportFrame, SchemaFrame } from '../../protocol/wire/frame.ts';
import { MAX_RUNS_PER_CONNECTION, MAX_SCHEMAS_PER_CONNECTION } from '../../protocol/wire/frame.ts';
import { describeError, type Log } from '../log/log.ts';
import type { SpoolGap } from '../spool/cursor.ts';
import { type Spool, type SpooledReport, spoolStart } from '../spool/spool.ts';
import type { Link } from './link.ts';

export interface DeliveryOptions {
  readonly link: Pick<Link, 'send' | 'confirm' | 'isOpen' | 'unsentBytes'>;
  readonly spool: Spool;
  /** Hex id of the run of this connection's hello. */
  readonly ownRun: string;
  /** What a run is called on this connection, hex; by default what it is called in the spool. */
  readonly nameOfRun?: (runId: string) => string;
  /** The server takes reports as their changes. */
  readonly hasDeltas: boolean;
  readonly log: Log;
  /** The connection can speak of no further run: what is left needs a new one. */
  readonly onExhausted: () => void;
  /** A clock that never steps back. */
  readonly nowMs?: () => number;
}

/** Backfill goes out as this many reports a tick, 50 a second, and waits for acknowledgements beyond the window. */
const TICK_MS = 100;
const REPORTS_PER_TICK = 5;
const WINDOW = 64;
const MAX_UNSENT_BYTES = 64 * 1024;
/** Without an acknowledgement for this long, what was sent is sent again. Delivering twice is harmless. */
const ACK_DEADLINE_MS = 30_000;
const MAX_IN_FLIGHT = 1_024;
/** What the system refuses to read of the spool is tried again after this long. */
const READ_AGAIN_MS = 30_000;

interface InFlight {
  readonly run: number;
  readonly sequence: number;
  readonly sentAtMs: number;
}

/**
 * Gets reports over one open link and out of the spool: live reports at once, waiting ones behind them at a steady rate,
 * each under the run that made it.
 */
export class Delivery {
  readonly #link: DeliveryOptions['link'];
  readonly #spool: Spool;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #onExhausted: () => void;
  readonly #chains: { readonly live: ChainWriter; readonly backfill: ChainWriter } | undefined;
  readonly #nameOfRun: (runId: string) => string;
  /** Hex ids, as the spool has them, by the number this connection knows them by. */
  readonly #runs: string[];
  /** Those that the server remembers, in the order it was told. */
  readonly #schemas = new Set<string>();
  readonly #inFlight = new Map<string, InFlight>();
  #position = spoolStart;
  /** Own reports from this sequence on were or will be sent live. */
  #liveFrom = 0;
  #nextSequence = 0;
  #pausedUntilMs = 0;
  /** When to read again what the spool could not read; infinite while there is no such thing. */
  #readAgainAtMs = Number.POSITIVE_INFINITY;
  #isPumping = false;
  readonly #toldGaps = new WeakSet<SpoolGap>();

  constructor(options: DeliveryOptions) {
    this.#link = options.link;
    this.#spool = options.spool;
    this.#runs = [options.ownRun];
    this.#nameOfRun = options.nameOfRun ?? ((runId) => runId);
    this.#log = options.log;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#onExhausted = options.onExhausted;
    this.#chains = options.hasDeltas ? { live: new ChainWriter(), backfill: new ChainWriter() } : undefined;
  }

  /**
   * Begins: the newest report first, if it still describes the present, then what the spool had to give up, then its
   * backlog. `nextSequence` is that of the first report that will come as live.
   */
  start(nextSequence: number, newest?: { schema: SchemaFrame; report: ReportFrame }): void {
    this.#nextSequence = newest?.report.sequence ?? nextSequence;
    this.#liveFrom = this.#nextSequence;
    if (newest !== undefined) this.live(newest.schema, newest.report);
    this.#sendGaps();
    this.#pump();
  }

  /** Sends a report of this run that was just made. */
  live(schema: SchemaFrame, report: ReportFrame): void {
    if (this.#oldestIsOverdue() || this.#nowMs() >= this.#readAgainAtMs) this.#rewind();
    this.#nextSequence = report.sequence + 1;
    this.#send({ runId: this.#runs[0] ?? '', bootId: '', schema, report });
  }

  onAck({ run, ranges }: AckFrame): void {
    const runId = this.#runs[run];
    if (runId === undefined) {
      this.#log.debug('the server acknowledges a run that was not sent', { run });
      return;
    }
    for (const [key, sent] of this.#inFlight) {
      const isTaken = sent.run === run && ranges.some(([from, to]) => from <= sent.sequence && sent.sequence <= to);
      if (isTaken) this.#inFlight.delete(key);
    }
    this.#spool.acknowledge(runId, ranges);
  }

  /** The server asks for patience: backfill rests, and what it may have refused is sent again. */
  holdBack(durationMs: number): void {
    this.#pausedUntilMs = this.#nowMs() + durationMs;
    this.#rewind();
  }

  #send({ runId, bootId, schema, report }: SpooledReport): void {
    const run = this.#runIndex(runId, bootId);
    const schemaKey = `${run}/${schema.schema}`;
    if (!this.#schemas.has(schemaKey)) {
      if (this.#schemas.size >= MAX_SCHEMAS_PER_CONNECTION)
        this.#schemas.delete(this.#schemas.keys().next().value ?? '');
      this.#link.send({ ...schema, run });
      this.#schemas.add(schemaKey);
    }
    const { sequence, backfill } = report;
    const chain = backfill ? this.#chains?.backfill : this.#chains?.live;
    const ofThisLink = { ...report, run };
    this.#link.send(chain?.next(ofThisLink) ?? ofThisLink);
    this.#inFlight.set(`${run}/${sequence}`, { run, sequence, sentAtMs: this.#nowMs() });
    if (this.#inFlight.size > MAX_IN_FLIGHT) this.#inFlight.delete(this.#inFlight.keys().next().value ?? '');
  }

  #canSpeakOf(runId: string): boolean {
    return this.#runs.length < MAX_RUNS_PER_CONNECTION || this.#runs.includes(runId);
  }

  #runIndex(runId: string, bootId: string): number {
    const known = this.#runs.indexOf(runId);
    if (known >= 0) return known;
    const run = this.#runs.push(runId) - 1;
    this.#link.send({ type: 'run', run, runId: Buffer.from(this.#nameOfRun(runId), 'hex'), bootId });
    return run;
  }

  #sendGaps(): void {
    const told: SpoolGap[] = [];
    for (const gap of this.#spool.gaps) {
      if (this.#toldGaps.has(gap)) continue;
      const { runId, bootId, from, to, cause } = gap;
      if (!this.#canSpeakOf(runId)) continue;
      this.#link.send({ type: 'gap', run: this.#runIndex(runId, bootId), from, to, cause });
      told.push(gap);
      this.#toldGaps.add(gap);
    }
    if (told.length > 0) this.#link.confirm(() => this.#spool.settleGaps(told));
  }

  #oldestIsOverdue(): boolean {
    const oldest: InFlight | undefined = this.#inFlight.values().next().value;
    return oldest !== undefined && this.#nowMs() - oldest.sentAtMs > ACK_DEADLINE_MS;
  }

  /** Sends again what is not acknowledged, from the oldest on. */
  #rewind(): void {
    this.#inFlight.clear();
    this.#readAgainAtMs = Number.POSITIVE_INFINITY;
    // A new object, so that a read which is under way is seen to be void.
    this.#position = { ...spoolStart };
    this.#liveFrom = this.#nextSequence;
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#backfill().catch((error: unknown) => {
      this.#log.error('delivering the backlog failed', describeError(error));
    });
  }

  async #backfill(): Promise<void> {
    try {
      let budget = REPORTS_PER_TICK;
      while (this.#link.isOpen) {
        if (budget === 0 || !this.#hasRoom()) {
          await sleep(TICK_MS);
          budget = REPORTS_PER_TICK;
          if (this.#oldestIsOverdue()) this.#rewind();
          continue;
        }
        const from = this.#position;
        const next = await this.#spool.next(from);
        // A rewind meanwhile makes this answer void.
        if (from !== this.#position) continue;
        if (next === undefined) {
          // What reading the spool has shown to be lost is told at once.
          this.#sendGaps();
          if (this.#spool.hasPassedOver) this.#readAgainAtMs = this.#nowMs() + READ_AGAIN_MS;
          return;
        }
        this.#position = next.position;
        const isLive = next.runId === this.#runs[0] && next.report.sequence >= this.#liveFrom;
        if (isLive) continue;
        if (!this.#canSpeakOf(next.runId)) {
          this.#onExhausted();
          return;
        }
        this.#send({ ...next, report: { ...next.report, backfill: true } });
        budget -= 1;
      }
    } finally {
      this.#isPumping = false;
    }
  }

  #hasRoom(): boolean {
    const isPaused = this.#nowMs() < this.#pausedUntilMs;
    return !isPaused && this.#inFlight.size < WINDOW && this.#link.unsentBytes < MAX_UNSENT_BYTES;
  }
}
