import type { Familiarity } from './known-places.ts';

/** Who tries to log in, as far as it is known before the password is looked at. */
export interface Guesser {
  /** The e-mail address that was typed. */
  readonly account: string;
  /** A group of addresses that counts as one. */
  readonly address: string;
  /** Whether this account has logged in by the same browser or from the same address before. */
  readonly familiarity: Familiarity;
}

/** An attempt that counts as failed until one of these is called. */
export interface Attempt {
  /** Forgets the failures before it; those of the address fade by themselves. */
  succeeded(): void;
  /** The password was not looked at after all. */
  withdrawn(): void;
}

/**
 * Slows down guessing: after failed logins an account and an address must wait, longer each time. An attempt counts before its
 * password is looked at, so that many at once are no more guesses than one after the other. A browser and an address from which
 * the account's owner has logged in are counted apart: guesses of strangers never keep them out.
 */
export interface Lockout {
  /** How long to wait before the next attempt, in ms, or the attempt. */
  begin(guesser: Guesser): { readonly waitMs: number } | Attempt;
}

/** Failures without a wait: a person mistypes, and an office shares one address. */
const FREE_FAILURES = { account: 5, address: 20 };
const FIRST_WAIT_MS = 1_000;
/** Also the most that a stranger can keep somebody out who comes from a new browser at a new address. */
const MAX_WAIT_MS = 5 * 60_000;
const FORGET_AFTER_MS = 3_600_000;
const MAX_TRACKED = 10_000;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

interface Counter {
  waitMs(name: string): number;
  add(name: string): void;
  takeBack(name: string): void;
  forget(name: string): void;
}

export function createLockout(clock: () => number): Lockout {
  const strangers = createCounter(FREE_FAILURES.account, clock);
  const addresses = createCounter(FREE_FAILURES.address, clock);
  // Names in here took a successful login to make, so strangers cannot push them out.
  const familiar = createCounter(FREE_FAILURES.account, clock);

  return {
    begin({ account, address, familiarity }) {
      const name = keyOf(account);
      const counted: readonly [Counter, string][] =
        familiarity === null
          ? [
              [strangers, name],
              [addresses, address],
            ]
          : [[familiar, `${familiarity.kind}\0${familiarity.id}\0${name}`]];
      const waitMs = Math.max(...counted.map(([counter, key]) => counter.waitMs(key)));
      if (waitMs > 0) return { waitMs };
      for (const [counter, key] of counted) counter.add(key);
      return {
        succeeded() {
          for (const [counter, key] of counted) {
            if (counter === addresses) counter.takeBack(key);
            else counter.forget(key);
          }
        },
        withdrawn() {
          for (const [counter, key] of counted) counter.takeBack(key);
        },
      };
    },
  };
}

function createCounter(free: number, clock: () => number): Counter {
  const tracked = new Map<string, Failures>();
  return {
    waitMs(name) {
      const failures = tracked.get(name);
      if (failures === undefined || failures.count < free) return 0;
      const backoffMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures.count - free));
      const now = clock();
      // The clock was set back: nobody waits for that.
      if (failures.lastMs > now) tracked.set(name, { ...failures, lastMs: now });
      return Math.max(0, Math.min(failures.lastMs, now) + backoffMs - now);
    },
    add(name) {
      const known = tracked.get(name);
      const now = clock();
      const count = known === undefined || now - known.lastMs >= FORGET_AFTER_MS ? 1 : known.count + 1;
      // Put back at the end, so that the first key is the one quiet for longest: it goes when the map is full.
      tracked.delete(name);
      tracked.set(name, { count, lastMs: now });
      if (tracked.size > MAX_TRACKED) tracked.delete(tracked.keys().next().value ?? name);
    },
    takeBack(name) {
      const known = tracked.get(name);
      if (known === undefined) return;
      if (known.count > 1) tracked.set(name, { ...known, count: known.count - 1 });
      else tracked.delete(name);
    },
    forget: (name) => void tracked.delete(name),
  };
}

/** Long made-up names must not fill the memory. */
function keyOf(account: string): string {
  return account.trim().toLowerCase().slice(0, 254);
}
