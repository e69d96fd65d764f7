import type { AckFrame } from '../../../protocol/wire/frame.ts';
import { MAX_ACK_RANGES } from '../../../protocol/wire/frame.ts';

/** A round has so many moments at which something is sent. */
const MOMENTS = 40;
/** A new link waits between so much of a round and all of it, so that those which came together are not told together. */
const FIRST_SHARE = 0.75;
/** Later it waits between so much of a round and all of it: those which were held up together part again, and few frames are sent. */
const LATER_SHARE = 0.95;
/** What is to go out within so many moments goes with the next frame that comes. */
const SOON_MOMENTS = 4;
/** With so many reports unacknowledged an agent may begin to hold back. */
const MAX_WAITING = 64;
/** What cannot wait for its moment goes out in turns of so many links, between which others are heard. */
const LINKS_PER_TURN = 128;
/** Ranges that a new sequence is compared with: enough for live reports and a backlog side by side. */
const LOOK_BACK = 4;

/**
 * When acknowledgements are sent: a frame a report would cost the server as much as the report. A new link is told at once, and so
 * is one that waits to send more. Others wait for the next ping of their link, which takes them along, or, where there is
 * none because reports come quickly, for a moment that is at most a round after the oldest of what waits. Shortly before it they go
 * when a frame comes: then all that belongs to the link is in the caches of the processor, and its agent is awake.
 */
export class AckPace {
  readonly #momentMs: number;
  readonly #now: () => number;
  /** What goes out at the next moments, by their numbers, round and round. */
  readonly #wheel = Array.from({ length: MOMENTS + 1 }, () => new Set<Acknowledgements>());
  readonly #prompt = new Set<Acknowledgements>();
  #timer: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  /** The number of the newest moment that is over, since the clock began. */
  #moment = 0;
  #joined = 0;
  #waiting = 0;

  /** @param gatherMs a round: longer than this nothing waits. @param now the monotonic clock, ms */
  constructor(gatherMs: number, now: () => number = () => performance.now()) {
    this.#momentMs = gatherMs / MOMENTS;
    this.#now = now;
  }

  /** Those of a new link. `send` is called when it is time. */
  join(send: (frame: AckFrame) => void): Acknowledgements {
    this.#joined = (this.#joined + 1) % MOMENTS;
    const waitFrom = (share: number): number => Math.ceil(MOMENTS * (share + ((1 - share) * this.#joined) / MOMENTS));
    return new Acknowledgements(this, waitFrom(FIRST_SHARE), waitFrom(LATER_SHARE), send);
  }

  /** Lets these, which do not yet, wait for at most so many moments. @returns the number of the one at which they go out */
  defer(acks: Acknowledgements, moments: number): number {
    const present = Math.floor(this.#now() / this.#momentMs);
    if (this.#timer === null) {
      this.#moment = present;
      this.#timer = setInterval(() => this.#pass(), this.#momentMs);
    }
    // The interval looks once in each moment, at any time of it: one moment less, so that nothing comes after its round.
    const due = Math.max(present + moments - 1, this.#moment + 1);
    this.#wheel[due % this.#wheel.length]?.add(acks);
    this.#waiting += 1;
    return due;
  }

  /** Whether such a moment is near. */
  isSoon(due: number): boolean {
    return due - this.#moment <= SOON_MOMENTS;
  }

  /** Sends these when what is being done now is done. */
  hurry(acks: Acknowledgements): void {
    this.#prompt.add(acks);
    this.#turn ??= setImmediate(() => this.#takeTurn());
  }

  /** These do not wait any more. */
  leave(acks: Acknowledgements, due: number): void {
    this.#prompt.delete(acks);
    if (this.#wheel[due % this.#wheel.length]?.delete(acks)) this.#waiting -= 1;
    if (this.#waiting > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** By the clock and not by how often it is called: a loop that was held up has moments to make up for. */
  #pass(): void {
    const present = Math.floor(this.#now() / this.#momentMs);
    this.#moment = Math.max(this.#moment, present - this.#wheel.length);
    while (this.#moment < present) {
      this.#moment += 1;
      for (const acks of this.#wheel[this.#moment % this.#wheel.length] as Set<Acknowledgements>) this.hurry(acks);
    }
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
  /** How many moments these wait next, and from then on. */
  #moments: number;
  readonly #laterMoments: number;
  readonly #send: (frame: AckFrame) => void;
  readonly #ranges: Waiting[] = [];
  #count = 0;
  /** The moment of the pace at which these go out; -1 while none of them waits for one. */
  #due = -1;
  #isNew = true;

  constructor(pace: AckPace, firstMoments: number, laterMoments: number, send: (frame: AckFrame) => void) {
    this.#pace = pace;
    this.#moments = firstMoments;
    this.#laterMoments = laterMoments;
    this.#send = send;
  }

  /** A report is committed. An agent that sends its backlog waits for it. */
  add(run: number, sequence: number, backfill: boolean): void {
    this.#count += 1;
    this.#join(run, sequence);
    const isPrompt = backfill || this.#isNew || this.#count >= MAX_WAITING;
    if (isPrompt) this.#pace.hurry(this);
    else if (this.#due === -1) {
      this.#due = this.#pace.defer(this, this.#moments);
      this.#moments = this.#laterMoments;
    }
  }

  /** Its agent was heard. */
  heard(): void {
    if (this.#due !== -1 && this.#pace.isSoon(this.#due)) this.flush();
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
    this.#pace.leave(this, this.#due);
    this.#due = -1;
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
