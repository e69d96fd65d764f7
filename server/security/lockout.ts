/** Slows down guessing: after failed logins an account and an address must wait, longer each time. */
export interface Lockout {
  /** How long to wait before the next attempt, in ms; 0 = try now. */
  waitMs(account: string, address: string): number;
  failed(account: string, address: string): void;
  /** Forgets the account's failures; those of the address fade by themselves. */
  succeeded(account: string): void;
}

/** Failures without a wait: a person mistypes, and an office shares one address. */
const FREE_FAILURES = { account: 5, address: 20 };
const FIRST_WAIT_MS = 1_000;
/** Also the most that a stranger can keep somebody out of an account. */
const MAX_WAIT_MS = 5 * 60_000;
const FORGET_AFTER_MS = 3_600_000;
const MAX_TRACKED = 10_000;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export function createLockout(clock: () => number): Lockout {
  const accounts = new Map<string, Failures>();
  const addresses = new Map<string, Failures>();

  function wait(failures: Failures | undefined, free: number): number {
    if (failures === undefined || failures.count < free) return 0;
    const backoffMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures.count - free));
    return Math.max(0, failures.lastMs + backoffMs - clock());
  }

  function note(tracked: Map<string, Failures>, name: string): void {
    const known = tracked.get(name);
    const now = clock();
    const count = known === undefined || now - known.lastMs >= FORGET_AFTER_MS ? 1 : known.count + 1;
    // Put back at the end, so that the first key is the one quiet for longest: it goes when the map is full.
    tracked.delete(name);
    tracked.set(name, { count, lastMs: now });
    if (tracked.size > MAX_TRACKED) tracked.delete(tracked.keys().next().value ?? name);
  }

  return {
    waitMs: (account, address) =>
      Math.max(
        wait(accounts.get(keyOf(account)), FREE_FAILURES.account),
        wait(addresses.get(address), FREE_FAILURES.address),
      ),
    failed(account, address) {
      note(accounts, keyOf(account));
      note(addresses, address);
    },
    succeeded(account) {
      accounts.delete(keyOf(account));
    },
  };
}

/** Long made-up names must not fill the memory. */
function keyOf(account: string): string {
  return account.trim().toLowerCase().slice(0, 254);
}
