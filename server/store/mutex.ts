import { VigiaError } from '../../protocol/error.ts';

interface Waiter {
  readonly grant: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Lets one caller in at a time, in the order of arrival. The queue is bounded and nobody waits for ever. */
export class Mutex {
  readonly #waitMs: number;
  readonly #maxWaiting: number;
  readonly #waiters = new Set<Waiter>();
  #held = false;

  constructor(waitMs: number, maxWaiting: number) {
    this.#waitMs = waitMs;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws VigiaError unavailable after `waitMs`, overloaded if `maxWaiting` others wait already. */
  acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve();
    }
    if (this.#waiters.size >= this.#maxWaiting) {
      return Promise.reject(
        new VigiaError('overloaded', 'Too many requests wait for the database. Retry in a moment.'),
      );
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(
          new VigiaError('unavailable', `The database was busy for ${this.#waitMs / 1000} s. Retry in a moment.`, {
            cause: 'deadline',
          }),
        );
      }, this.#waitMs);
      const waiter: Waiter = { grant: resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  release(): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.grant();
      return;
    }
    this.#held = false;
  }
}
