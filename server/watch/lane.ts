import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { FairQueue } from '../platform/fairness/fair-queue.ts';
import { asSender, currentSender, SERVER } from '../platform/fairness/sender.ts';

/** Of all that may wait, one person or key may have so much. */
const SHARE_OF_ONE = 1 / 4;

interface Idler {
  readonly until: number;
  readonly resolve: () => void;
}

/**
 * Runs tasks one after the other: whatever changes the state of the fleet goes through one lane. The server's own, and those of one
 * person, run in order; between senders it is fair, so that what one does waits for at most one task of each other.
 */
export class Lane {
  readonly #limit: number;
  readonly #waiting = new FairQueue<() => Promise<void>>();
  /** Numbers of what is not done, in the order of arrival. */
  readonly #undone = new Set<number>();
  readonly #idlers: Idler[] = [];
  #number = 0;
  #isRunning = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#undone.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** @throws VigiaError overloaded if too many tasks wait; otherwise whatever the task throws, to this caller alone. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const sender = currentSender();
    const isTooMuch = sender !== SERVER && this.#waiting.lengthOf(sender) >= this.#limit * SHARE_OF_ONE;
    if (isTooMuch || this.length >= this.#limit) {
      return Promise.reject(refused('overloaded', said('refused.lane-full')));
    }
    return this.#add(sender, task);
  }

  /** As {@link run}, however many wait: for the server's own work, which must not be refused and bounds itself. */
  runAlways<T>(task: () => Promise<T>): Promise<T> {
    return this.#add(SERVER, task);
  }

  /** Resolves when everything that was given so far is done. */
  idle(): Promise<void> {
    if (this.#undone.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push({ until: this.#number, resolve }));
  }

  #add<T>(sender: string, task: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#number += 1;
    const number = this.#number;
    this.#undone.add(number);
    this.#waiting.add(sender, async () => {
      try {
        // The lane must not wait at the database behind other requests of whoever asked.
        resolve(await asSender(SERVER, task));
      } catch (cause) {
        reject(cause);
      }
      this.#settle(number);
    });
    if (!this.#isRunning) {
      this.#isRunning = true;
      queueMicrotask(() => void this.#work());
    }
    return promise;
  }

  async #work(): Promise<void> {
    for (let task = this.#waiting.next(); task; task = this.#waiting.next()) await task();
    this.#isRunning = false;
  }

  #settle(number: number): void {
    this.#undone.delete(number);
    const oldest: number = this.#undone.values().next().value ?? Number.POSITIVE_INFINITY;
    while (this.#idlers[0] && this.#idlers[0].until < oldest) this.#idlers.shift()?.resolve();
  }
}
