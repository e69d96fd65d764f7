import { refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';

const WINDOW_MS = 60_000;
/** A backup is due every five minutes at most. */
const MAX_OF_PLAN = 30;

/** Counts the pings of each plan, from however many addresses they come. @param nowMs a monotonic clock */
export function createPingLimit(nowMs: () => number = () => performance.now()) {
  const windows = new Map<string, { readonly fromMs: number; readonly count: number }>();
  return {
    /** @throws VigiaError rate_limited */
    count(planId: string): void {
      const at = nowMs();
      const known = windows.get(planId);
      const window = known && at - known.fromMs < WINDOW_MS ? known : { fromMs: at, count: 0 };
      if (window.count >= MAX_OF_PLAN) {
        const retryAfterMs = window.fromMs + WINDOW_MS - at;
        throw refused('rate_limited', said('refused.ping.rate', { most: MAX_OF_PLAN }), { retryAfterMs });
      }
      windows.set(planId, { ...window, count: window.count + 1 });
    },
  };
}
