import type { Priority } from '../../../protocol/view.ts';

/** The shares of a period's error budget at which people are warned. */
const levels: readonly { readonly percent: number; readonly priority: Priority }[] = [
  { percent: 100, priority: 'high' },
  { percent: 75, priority: 'medium' },
  { percent: 50, priority: 'normal' },
];

/** The highest level that `downMs` has reached of a budget in ppm x ms; null below half of it. */
export function budgetLevel(downMs: number, budget: bigint): { percent: number; priority: Priority } | null {
  if (downMs === 0) return null;
  const spent = BigInt(downMs) * 100_000_000n;
  return levels.find(({ percent }) => spent >= BigInt(percent) * budget) ?? null;
}
