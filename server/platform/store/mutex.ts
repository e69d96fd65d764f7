import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { FairQueue } from '../fairness/fair-queue.ts';
import { currentSender, SERVER } from '../fairness/sender.ts';

interface Waiter {
  readonly grant: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Of all that may wait, one person, key or address may have so much, */
const SHARE_OF_ONE = 1 / 4;
/** and all of them together: the rest is for the server's own work, which nobody outside may push out. */
const SHARE_OF_OTHERS = 3 / 4;

/**
 * Lets one caller in at a time: those of one sender in the order of arrival, the senders in turn. The queue is bounded, for all and
 * for each, and nobody waits for ever.
 */
export class Mutex {
  readonly #waitMs: number;
  readonly #maxWaiting: number;
  readonly #waiters = new FairQueue<Waiter>();
  #held = false;

  constructor(waitMs: number, maxWaiting: number) {
    this.#waitMs = waitMs;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws VigiaError unavailable after `waitMs`, overloaded if too many of this sender or of all wait already. */
  acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return Promise.resolve();
    }
    const sender = currentSender();
    const [ofOne, ofAll] = sender === SERVER ? [1, 1] : [SHARE_OF_ONE, SHARE_OF_OTHERS];
    const isTooMuch = this.#waiters.lengthOf(sender) >= Math.ceil(this.#maxWaiting * ofOne);
    if (isTooMuch || this.#waiters.length >= Math.ceil(this.#maxWaiting * ofAll)) {
      return Promise.reject(refused('overloaded', said('refused.database.waiting')));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(sender, waiter);
        reject(refused('unavailable', said('refused.database.busy', { forMs: this.#waitMs }), { cause: 'deadline' }));
      }, this.#waitMs);
      const waiter: Waiter = { grant: resolve, timer };
      this.#waiters.add(sender, waiter);
    });
  }

  release(): void {
    const waiter = this.#waiters.next();
    if (waiter === undefined) {
      this.#held = false;
      return;
    }
    clearTimeout(waiter.timer);
    waiter.grant();
  }
}
