import type { AckFrame } from '../../protocol/frame.ts';
import { MAX_ACK_RANGES } from '../../protocol/frame.ts';

/** A link has its moment in each round of `gatherMs`; one of so many, so that the links do not all have the same. */
const MOMENTS = 40;
/** With so many reports unacknowledged an agent may begin to hold back. */
const MAX_WAITING = 64;
/** What cannot wait for its moment goes out in turns of so many links, between which others are heard. */
const LINKS_PER_TURN = 128;
/** Ranges that a new sequence is compared with: enough for live reports and a backlog side by side. */
const LOOK_BACK = 4;

/**
 * When acknowledgements are sent: a frame a report would cost the server as much as the report. A new link is told at once, and so
 * is one that waits to send more. Others wait for the next ping of their link, which takes them along, or, where there is
 * none because reports come quickly, for their next moment.
 */
export class AckPace {
  readonly #gatherMs: number;
  readonly #rideMs: number;
  readonly #moments = Array.from({ length: MOMENTS }, () => new Set<Acknowledgements>());
  readonly #prompt = new Set<Acknowledgements>();
  #timer: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  #moment = 0;
  #joined = 0;
  #waiting = 0;

  /** @param rideMs what waits for less than this may still find a ping to go with */
  constructor(gatherMs: number, rideMs = 0) {
    this.#gatherMs = gatherMs;
    this.#rideMs = rideMs;
  }

  /** Those of a new link. `send` is called when it is time. */
  join(send: (frame: AckFrame) => void): Acknowledgements {
    this.#joined = (this.#joined + 1) % MOMENTS;
    return new Acknowledgements(this, this.#joined, send);
  }

  /** Lets these, which do not yet, wait for their moment. */
  defer(acks: Acknowledgements, moment: number): void {
    this.#moments[moment]?.add(acks);
    this.#waiting += 1;
    this.#timer ??= setInterval(() => this.#next(), this.#gatherMs / MOMENTS);
  }

  /** Sends these when what is being done now is done. */
  hurry(acks: Acknowledgements): void {
    this.#prompt.add(acks);
    this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  /** These do not wait any more. */
  leave(acks: Acknowledgements, moment: number): void {
    this.#prompt.delete(acks);
    if (this.#moments[moment]?.delete(acks)) this.#waiting -= 1;
    if (this.#waiting > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #next(): void {
    this.#moment = (this.#moment + 1) % MOMENTS;
    const ripeMs = performance.now() - this.#rideMs;
    for (const acks of this.#moments[this.#moment] as Set<Acknowledgements>)
      if (acks.sinceMs <= ripeMs) this.hurry(acks);
  }

  #takeTurn(): void {
    let left = LINKS_PER_TURN;
    for (const acks of this.#prompt) {
      if (left === 0) break;
      left -= 1;
      acks.flush();
    }
    this.#turn = this.#prompt.size > 0 ? setImmediate(() => this.#takeTurn()) : null;
  }
}

interface Waiting {
  readonly run: number;
  from: number;
  to: number;
}

/** The reports of one link that are committed and not acknowledged yet. */
export class Acknowledgements {
  readonly #pace: AckPace;
  readonly #moment: number;
  readonly #send: (frame: AckFrame) => void;
  readonly #ranges: Waiting[] = [];
  #count = 0;
  #isDeferred = false;
  #isNew = true;
  /** Since when the oldest of what waits waits, on the monotonic clock. */
  sinceMs = 0;

  constructor(pace: AckPace, moment: number, send: (frame: AckFrame) => void) {
    this.#pace = pace;
    this.#moment = moment;
    this.#send = send;
  }

  /** A report is committed. An agent that sends its backlog waits for it. */
  add(run: number, sequence: number, backfill: boolean): void {
    this.#count += 1;
    this.#join(run, sequence);
    const isPrompt = backfill || this.#isNew || this.#count >= MAX_WAITING;
    if (isPrompt) this.#pace.hurry(this);
    else if (!this.#isDeferred) {
      this.#isDeferred = true;
      this.sinceMs = performance.now();
      this.#pace.defer(this, this.#moment);
    }
  }

  /** Sends what waits now. */
  flush(): void {
    for (const frame of this.take()) this.#send(frame);
  }

  /** What waits, for whoever sends it now. */
  take(): AckFrame[] {
    const waiting = this.#ranges.slice();
    this.drop();
    if (waiting.length === 0) return [];
    this.#isNew = false;
    const frames: AckFrame[] = [];
    for (const run of new Set(waiting.map((range) => range.run))) {
      const ranges = waiting.flatMap(({ run: of, from, to }) => (of === run ? [[from, to] as const] : []));
      for (let start = 0; start < ranges.length; start += MAX_ACK_RANGES) {
        frames.push({ type: 'ack', run, ranges: ranges.slice(start, start + MAX_ACK_RANGES) });
      }
    }
    return frames;
  }

  /** The link is no more: its agent brings these again, and they are known. */
  drop(): void {
    this.#pace.leave(this, this.#moment);
    this.#isDeferred = false;
    this.#ranges.length = 0;
    this.#count = 0;
  }

  #join(run: number, sequence: number): void {
    const ranges = this.#ranges;
    for (let back = 1; back <= Math.min(LOOK_BACK, ranges.length); back += 1) {
      const range = ranges[ranges.length - back] as Waiting;
      if (range.run !== run || range.to + 1 !== sequence) continue;
      range.to = sequence;
      return;
    }
    ranges.push({ run, from: sequence, to: sequence });
  }
}
