/**
 * The lanes of a host, told by two bits: whether reports waited in the agent's spool, and whether they are so old that raw
 * reports of their time are no longer kept. Each lane is in the order of its own chains.
 */
export const LANES = 4;
export const LANE_BACKFILL = 1;
export const LANE_PAST = 2;

/** Host and lane as one number. */
export function laneNumber(host: number, lane: number): number {
  return host * LANES + lane;
}

export function hostOfLane(number: number): number {
  return Math.floor(number / LANES);
}

export function laneOf(number: number): number {
  return number % LANES;
}

export function isBackfill(lane: number): boolean {
  return (lane & LANE_BACKFILL) !== 0;
}

export function isPast(lane: number): boolean {
  return (lane & LANE_PAST) !== 0;
}
