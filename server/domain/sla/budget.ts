import type { Priority } from '../../../protocol/api/view.ts';

/** The shares of a period's error budget at which people are warned. */
const levels: readonly { readonly percent: number; readonly priority: Priority }[] = [
  { percent: 100, priority: 'high' },
  { percent: 75, priority: 'medium' },
  { percent: 50, priority: 'normal' },
];

/** With less budgeted time a budget is seconds, and says nothing. */
export const LEAST_BUDGETED_MS = 3_600_000;
/** An incident about an outage may begin so much before or after it. */
const OF_OUTAGE_MS = 15 * 60_000;

/** A period's outages, as far as it matters whether somebody was told of the only one. */
export interface OutagesOfPeriod {
  readonly outages: number;
  readonly longest: { readonly from: number; readonly to: number } | null;
}

/** True if the only outage is what an open incident is about already: its budget says nothing that people do not know. */
export function isOwnIncident({ outages, longest }: OutagesOfPeriod, open: Iterable<{ onsetAt: number }>): boolean {
  if (outages !== 1 || !longest) return false;
  for (const { onsetAt } of open) {
    if (onsetAt >= longest.from - OF_OUTAGE_MS && onsetAt <= longest.to + OF_OUTAGE_MS) return true;
  }
  return false;
}

/** The highest level that `downMs` has reached of a budget in ppm x ms; null below half of it. */
export function budgetLevel(downMs: number, budget: bigint): { percent: number; priority: Priority } | null {
  if (downMs === 0) return null;
  const spent = BigInt(downMs) * 100_000_000n;
  return levels.find(({ percent }) => spent >= BigInt(percent) * budget) ?? null;
}
