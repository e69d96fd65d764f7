import { type Sliced, Slices } from '../slices.ts';

/** Work of the background: whether there is any, and a run through it. */
export interface Work {
  readonly isDue: boolean;
  run(): Sliced;
}

/** What is done between commits, a slice at a time. What failed is tried again when time has gone on. */
export class Background {
  readonly slices: Slices;
  readonly #works: readonly Work[];
  readonly #running = new Set<Work>();
  readonly #note: (sentence: string) => void;
  /** Something failed: what is due waits for the next {@link resume}. */
  #isPaused = false;
  #isClosed = false;
  #lastFailure = '';

  /** @param works in the order in which they begin */
  constructor(works: readonly Work[], note: (sentence: string) => void) {
    this.#works = works;
    this.#note = note;
    this.slices = new Slices((cause) => this.failed(cause));
  }

  /** Begins what is due and not yet under way. @param waits whether a piece of work is not to begin yet */
  begin(waits: (work: Work) => boolean): void {
    if (this.#isPaused) return;
    for (const work of this.#works) {
      if (!work.isDue || this.#running.has(work) || waits(work)) continue;
      this.#running.add(work);
      this.slices.add(this.#run(work));
    }
  }

  /** Time went on: what failed may be tried again. */
  resume(): void {
    this.#isPaused = false;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  failed(cause: unknown): void {
    // Slices that were still to come find the database closed.
    if (this.#isClosed) return;
    this.#isPaused = true;
    const message = cause instanceof Error ? cause.message : String(cause);
    // The same second after second is told once.
    if (message !== this.#lastFailure) {
      this.#note(`Work of the series store failed and will be tried again: ${message}`);
    }
    this.#lastFailure = message;
  }

  close(): void {
    this.#isClosed = true;
  }

  *#run(work: Work): Sliced {
    try {
      yield* work.run();
    } finally {
      this.#running.delete(work);
    }
  }
}
