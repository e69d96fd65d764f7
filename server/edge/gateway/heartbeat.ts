import { randomInt } from 'node:crypto';
import type { LinkTiming } from './link-terms.ts';

/** Whether the agent at the other end is still there: when it was heard, and what it is asked. */
export class Heartbeat {
  // Of the monotonic clock: a step of the time of day must not close every link.
  #heardAtMs = performance.now();
  #pingedAtMs = Number.NEGATIVE_INFINITY;
  #pingId = 0;
  #question: { readonly id: number; readonly onAnswer: () => void } | null = null;

  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  heard(): void {
    this.#heardAtMs = performance.now();
  }

  /** The id of a ping that is due; `dead` if it was silent for too long, null while nothing is to be done. */
  look({ pingAfterMs, closeAfterMs }: LinkTiming): number | 'dead' | null {
    const nowMs = performance.now();
    const idleMs = nowMs - this.#heardAtMs;
    if (idleMs >= closeAfterMs) return 'dead';
    if (idleMs < pingAfterMs || nowMs - this.#pingedAtMs < pingAfterMs) return null;
    this.#pingedAtMs = nowMs;
    this.#pingId += 1;
    return this.#pingId;
  }

  /** Returns the id of a ping; only its own pong is the answer. */
  ask(onAnswer: () => void): number {
    // Nobody can have answered before it was asked: not the counter of the other pings.
    const id = randomInt(2 ** 40, 2 ** 48);
    this.#question = { id, onAnswer };
    return id;
  }

  ponged(id: number): void {
    const question = this.#question;
    if (question?.id !== id) return;
    this.#question = null;
    question.onAnswer();
  }
}
