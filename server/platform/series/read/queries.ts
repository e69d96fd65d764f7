import { SeriesError } from '../series-error.ts';
import type { Sliced } from '../slices.ts';

/** Work that ends with a result; it pauses often, and may be dropped at any pause. */
export type Query<Result> = Generator<void, Result, void>;

export interface QueriesOptions {
  /** Takes a piece of work and gives it turns. */
  readonly add: (work: Sliced) => void;
  readonly now?: () => number;
  /** How many are worked on at once, and how many may wait for that. */
  readonly atOnce?: number;
  readonly waiting?: number;
  /** How long a query may take from its arrival, ms. */
  readonly deadlineMs?: number;
}

interface Asked {
  readonly id: number;
  readonly begin: () => Query<unknown>;
  readonly until: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (cause: unknown) => void;
  isCancelled: boolean;
}

const AT_ONCE = 4;
const WAITING = 64;
const DEADLINE_MS = 20_000;

/**
 * The line of queries in the engine's thread. A few are worked on in turns with everything else, a bounded number waits, the rest
 * is refused: commits wait for one slice at most, however much is asked.
 */
export class Queries {
  readonly #options: Required<QueriesOptions>;
  readonly #waiting: Asked[] = [];
  readonly #running = new Set<Asked>();

  constructor(options: QueriesOptions) {
    const { now = () => performance.now(), atOnce = AT_ONCE, waiting = WAITING, deadlineMs = DEADLINE_MS } = options;
    this.#options = { add: options.add, now, atOnce, waiting, deadlineMs };
  }

  get length(): number {
    return this.#running.size + this.#waiting.length;
  }

  /**
   * @param id names the query to {@link cancel}
   * @throws SeriesError overloaded if too many wait, unavailable if it was cancelled or took too long, and what the query throws
   */
  ask<Result>(id: number, begin: () => Query<Result>): Promise<Result> {
    const { now, waiting, deadlineMs } = this.#options;
    if (this.#waiting.length >= waiting) {
      return Promise.reject(
        new SeriesError('overloaded', `${waiting} questions about history already wait. Ask again in a few seconds.`),
      );
    }
    return new Promise((resolve, reject) => {
      const settle = resolve as (result: unknown) => void;
      this.#waiting.push({ id, begin, until: now() + deadlineMs, resolve: settle, reject, isCancelled: false });
      this.#startNext();
    });
  }

  /** Drops a query: at once if it waits, at its next pause if it is worked on. One that is not there any more is no fault. */
  cancel(id: number): void {
    const place = this.#waiting.findIndex((asked) => asked.id === id);
    const [dropped] = place < 0 ? [] : this.#waiting.splice(place, 1);
    dropped?.reject(cancelled());
    for (const asked of this.#running) if (asked.id === id) asked.isCancelled = true;
  }

  #startNext(): void {
    while (this.#running.size < this.#options.atOnce) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running.add(next);
      this.#options.add(this.#work(next));
    }
  }

  *#work(asked: Asked): Sliced {
    const { now, deadlineMs } = this.#options;
    try {
      const query = asked.begin();
      for (;;) {
        if (asked.isCancelled) throw cancelled();
        if (now() > asked.until) {
          throw new SeriesError(
            'unavailable',
            `The answer took longer than ${deadlineMs / 1000} s. Ask for less at once.`,
          );
        }
        const turn = query.next();
        if (turn.done) {
          asked.resolve(turn.value);
          return;
        }
        yield;
      }
    } catch (cause) {
      asked.reject(cause);
    } finally {
      this.#running.delete(asked);
      this.#startNext();
    }
  }
}

function cancelled(): SeriesError {
  return new SeriesError('unavailable', 'The question was withdrawn.');
}
