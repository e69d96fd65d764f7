import { performance } from 'node:perf_hooks';

/** The server's only source of time. */
export interface Clock {
  /** Milliseconds since 1970. Never goes back, and never jumps while the process watches (see {@link createClock}). */
  now(): number;
  /** How far the machine's time of day is from {@link now}: positive if it runs ahead. */
  driftMs(): number;
}

/** The time of day may pull the clock by this share of real time: an hour's step is absorbed in 20 hours. */
const SLEW_RATIO = 0.05;

/**
 * A clock that takes its date from the time of day once and its pace from the monotonic clock. Liveness is judged by it, so
 * that neither a step of the time of day nor a leap second makes a whole fleet late; it is slewed towards the time of day.
 */
export function createClock(): Clock {
  let now = Date.now();
  let readAt = performance.now();
  const advance = (): number => {
    const elapsedMs = performance.now() - readAt;
    readAt += elapsedMs;
    const behindMs = Date.now() - (now + elapsedMs);
    now += elapsedMs + Math.max(-elapsedMs * SLEW_RATIO, Math.min(elapsedMs * SLEW_RATIO, behindMs));
    return now;
  };
  return { now: () => Math.floor(advance()), driftMs: () => Date.now() - Math.floor(advance()) };
}
