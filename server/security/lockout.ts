/** Slows down guessing: after failed logins an account and an address must wait, longer each time. */
export interface Lockout {
  /** How long to wait before the next attempt, in ms; 0 = try now. */
  waitMs(account: string, address: string): number;
  failed(account: string, address: string): void;
  /** Forgets the account's failures; those of the address fade by themselves. */
  succeeded(account: string): void;
}

export declare function createLockout(clock: () => number): Lockout;
