/** The longest wait between two attempts: agents come back within it, for ever. */
export const BACKOFF_CAP_MS = 30_000;
/** A connection that lasted this long proves that the server is well, so the next wait starts small again. */
const LASTED_MS = 30_000;

export interface Backoff {
  /** The wait before the next attempt. `connectedForMs` is how long the last connection stood after its welcome, 0 if it never did. */
  next(connectedForMs: number): number;
}

/**
 * Each wait is uniform in its window; the last window is that of all further waits. The first attempt is for a network that
 * blinked. If it fails, the server is away, and with it the links of a whole fleet, which must not return together: the second
 * window is wide at once, where windows that double let most of a fleet knock in the same few seconds.
 */
const windowsMs = [
  [0, 1_000],
  [1_000, 20_000],
  [1_000, BACKOFF_CAP_MS],
] as const;

/** @param random uniform in [0, 1), as Math.random */
export function createBackoff(random: () => number): Backoff {
  let attempt = 0;
  return {
    next(connectedForMs) {
      if (connectedForMs >= LASTED_MS) attempt = 0;
      const [from, to] = windowsMs[attempt] ?? windowsMs[2];
      attempt = Math.min(attempt + 1, windowsMs.length - 1);
      return from + random() * (to - from);
    },
  };
}
