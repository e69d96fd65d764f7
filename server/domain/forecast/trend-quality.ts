import type { Trend } from '../theil-sen.ts';

/**
 * How far a trend can be believed, 0..1: 1 for a straight line without a gap, less the more the slopes of its pairs disagree
 * and the more of its points are missing. `knownRatio`: share of the points that are there.
 */
export function trendQuality({ slope, spread }: Trend, knownRatio: number): number {
  if (slope === 0) return 0;
  const straight = Math.max(0, 1 - spread / (2 * Math.abs(slope)));
  return Math.round(straight * Math.sqrt(Math.min(1, knownRatio)) * 100) / 100;
}
