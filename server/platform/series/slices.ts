/** Work that is cut into slices: it yields often, after at most about a millisecond, and may be dropped at any yield. */
export type Sliced = Generator<void, void, void>;

/** How long background work may hold the thread before messages are looked at again, ms. */
export const SLICE_MS = 4;

/**
 * Takes turns between pieces of work in one thread, a slice at a time, and gives the event loop a turn between slices: a
 * commit that arrives meanwhile waits for one slice at most.
 */
export class Slices {
  readonly #waiting: Sliced[] = [];
  #isScheduled = false;
  readonly #now: () => number;
  readonly #onFailure: (cause: unknown) => void;

  /** `onFailure` is told what a piece of work threw and did not handle; the others go on. */
  constructor(onFailure: (cause: unknown) => void, now: () => number = () => performance.now()) {
    this.#onFailure = onFailure;
    this.#now = now;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(work: Sliced): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const work = this.#waiting.shift();
    if (!work) return;
    const until = this.#now() + SLICE_MS;
    try {
      do {
        if (work.next().done) return;
      } while (this.#now() < until);
      this.#waiting.push(work);
    } catch (cause) {
      this.#onFailure(cause);
    }
  }
}
