import { VigiaError } from '../protocol/error.ts';

/** Runs tasks one after the other: whatever changes the state of the fleet goes through one lane, in order. */
export class Lane {
  #tail: Promise<unknown> = Promise.resolve();
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  get limit(): number {
    return this.#limit;
  }

  /** @throws VigiaError overloaded if too many tasks wait; otherwise whatever the task throws, to this caller alone. */
  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#length >= this.#limit) {
      return Promise.reject(new VigiaError('overloaded', 'Too many changes wait to be written. Retry in a moment.'));
    }
    return this.runAlways(task);
  }

  /** As {@link run}, however many wait: for callers that must not be refused and bound themselves. */
  runAlways<T>(task: () => Promise<T>): Promise<T> {
    this.#length += 1;
    const result = this.#tail.then(task).finally(() => {
      this.#length -= 1;
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was given so far is done. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
