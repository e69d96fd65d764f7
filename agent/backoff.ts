/** The longest wait between two attempts: agents come back within it, for ever. */
export const BACKOFF_CAP_MS = 30_000;
const BASE_MS = 1_000;
/** A connection that lasted this long proves that the server is well, so the next wait starts small again. */
const LASTED_MS = 30_000;

export interface Backoff {
  /** The wait before the next attempt. `connectedForMs` is how long the last connection stood after its welcome, 0 if it never did. */
  next(connectedForMs: number): number;
}

/**
 * Full jitter: each wait is uniform in 0..min(cap, base x 2^attempt), so that agents which lost the same server at the same
 * moment do not return together.
 * @param random uniform in [0, 1), as Math.random
 */
export function createBackoff(random: () => number): Backoff {
  let ceilingMs = BASE_MS;
  return {
    next(connectedForMs) {
      if (connectedForMs >= LASTED_MS) ceilingMs = BASE_MS;
      const delayMs = random() * ceilingMs;
      ceilingMs = Math.min(BACKOFF_CAP_MS, ceilingMs * 2);
      return delayMs;
    },
  };
}
