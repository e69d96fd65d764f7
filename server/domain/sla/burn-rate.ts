import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';

/** How fast a group spends its error budget of 30 days: a factor of 1 spends it in just that time. */
interface BurnRule {
  /** In tenths, to stay exact. */
  readonly factorTenths: number;
  readonly longMs: number;
  readonly shortMs: number;
  readonly priority: Priority;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** factor = budget share x 30 d / long window: 2 % in 1 h, 5 % in 6 h, 10 % in a day, 10 % in 3 d. */
export const burnRules: readonly BurnRule[] = [
  { factorTenths: 144, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, priority: 'high' },
  { factorTenths: 60, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, priority: 'high' },
  { factorTenths: 30, longMs: DAY_MS, shortMs: 2 * HOUR_MS, priority: 'normal' },
  { factorTenths: 10, longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS, priority: 'normal' },
];

export const LONGEST_BURN_WINDOW_MS = 3 * DAY_MS;
/** Smaller groups are too coarse for a rate: one host of them burns at a multiple of any factor. */
export const BURN_GROUP_SIZE = 20;

/** What a group burnt in a window that ends now. */
export interface Burnt {
  readonly downMs: number;
  /** What the target allows in the window: the sum of (1e6 - target ppm) x counted ms. */
  readonly allowed: bigint;
}

export interface BurnVerdict {
  readonly priority: Priority;
  readonly said: Said;
}

/** The first rule whose factor is reached in its long window and, so that it ends soon after the trouble, in its short one. */
export function judgeBurnRate(burnt: (windowMs: number) => Burnt): BurnVerdict | null {
  for (const { factorTenths, longMs, shortMs, priority } of burnRules) {
    const long = burnt(longMs);
    if (!reaches(long, factorTenths) || !reaches(burnt(shortMs), factorTenths)) continue;
    const rate = long.allowed === 0n ? null : Number((BigInt(long.downMs) * 10_000_000n) / long.allowed) / 10;
    const about = { downMs: long.downMs, windowMs: longMs, rate, raisedFrom: factorTenths / 10 };
    return { priority, said: said('budget.burns', about) };
  }
  return null;
}

function reaches({ downMs, allowed }: Burnt, factorTenths: number): boolean {
  return downMs > 0 && BigInt(downMs) * 10_000_000n >= BigInt(factorTenths) * allowed;
}
