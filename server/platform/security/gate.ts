import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

/** Who waits at a gate: the turn goes round among those with different names; whom we know goes before all others. */
export interface Waiting {
  readonly name: string;
  readonly isKnown: boolean;
}

export interface GateLimits {
  readonly running: number;
  /** Of those we know, and of all others. */
  readonly waiting: { readonly known: number; readonly others: number };
  /** Of one name. */
  readonly waitingOfOne: number;
}

/** Runs so much work at a time. @throws VigiaError rate_limited if too many wait already */
export type Gate = <T>(who: Waiting, work: () => Promise<T>) => Promise<T>;

interface Waiter {
  enter(): void;
  turnAway(): void;
}

/**
 * A flood uses up its own places and no others: where all are taken, the last one of the name that has most must go. Nobody who
 * is known waits behind somebody who is not.
 */
export function createGate(limits: GateLimits): Gate {
  const known = createLine(limits.waiting.known, limits.waitingOfOne);
  const others = createLine(limits.waiting.others, limits.waitingOfOne);
  let running = 0;

  return async (who, work) => {
    if (running < limits.running) running += 1;
    else await (who.isKnown ? known : others).wait(who.name);
    try {
      return await work();
    } finally {
      // The place passes on to the next one in line, or becomes free.
      const next = known.next() ?? others.next();
      if (next === undefined) running -= 1;
      else next.enter();
    }
  };
}

function createLine(limit: number, limitOfOne: number) {
  // The one whose turn it is comes first; after its turn it goes to the end.
  const byName = new Map<string, Waiter[]>();
  let length = 0;

  /** Makes room for one more of this name by turning away the last one of the name that has most. False if nobody has more. */
  function makeRoom(waitingOfName: number): boolean {
    let most: Waiter[] = [];
    for (const waiters of byName.values()) if (waiters.length > most.length) most = waiters;
    if (most.length <= waitingOfName + 1) return false;
    most.pop()?.turnAway();
    length -= 1;
    return true;
  }

  return {
    wait(name: string): Promise<void> {
      const waiters = byName.get(name) ?? [];
      if (waiters.length >= limitOfOne) return Promise.reject(tooMany());
      if (length >= limit && !makeRoom(waiters.length)) return Promise.reject(tooMany());
      return new Promise((resolve, reject) => {
        waiters.push({ enter: resolve, turnAway: () => reject(tooMany()) });
        byName.set(name, waiters);
        length += 1;
      });
    },
    next(): Waiter | undefined {
      for (const [name, waiters] of byName) {
        byName.delete(name);
        const first = waiters.shift();
        if (waiters.length > 0) byName.set(name, waiters);
        if (first === undefined) continue;
        length -= 1;
        return first;
      }
      return undefined;
    },
  };
}

function tooMany(): VigiaError {
  return refused('rate_limited', said('refused.logins.busy'), { retryAfterMs: 5000 });
}
