import { performance } from 'node:perf_hooks';

/** The server's only source of time. */
export interface Clock {
  /** Whole milliseconds since 1970. Never goes back. */
  now(): number;
  /** The machine's time of day minus {@link now}, in ms. */
  driftMs(): number;
}

/** The time of day may pull the clock by this share of elapsed time. */
const SLEW_RATIO = 0.05;
/** A time of day this far ahead means that the machine slept or its clock was set: it is taken over at once. */
const STEP_MS = 30_000;

/**
 * A clock that takes its pace from the monotonic clock and its date from the time of day. Small differences and every step
 * backwards are slewed, so that no duration is ever negative; a large step forward is adopted, and the watcher sees it as
 * its own blindness, because nothing ticked in between.
 */
export function createClock(
  wallNow: () => number = Date.now,
  monotonicNow: () => number = () => performance.now(),
): Clock {
  let now = wallNow();
  let readAt = monotonicNow();
  const advance = (): number => {
    const read = monotonicNow();
    const elapsedMs = read - readAt;
    readAt = read;
    const behindMs = wallNow() - (now + elapsedMs);
    const slewMs = elapsedMs * SLEW_RATIO;
    now += elapsedMs + (behindMs > STEP_MS ? behindMs : Math.max(-slewMs, Math.min(slewMs, behindMs)));
    return Math.floor(now);
  };
  return { now: advance, driftMs: () => Math.round(wallNow() - advance()) };
}
