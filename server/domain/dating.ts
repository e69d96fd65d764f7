import type { Clocks } from '../../protocol/wire/frame.ts';

/**
 * Dates what an agent says by the server's clock. An agent's time of day may be wrong or jump; its boot clock only drifts.
 * For each boot the server keeps the smallest difference seen between its own clock on arrival and the agent's boot clock:
 * the smallest, because delay on the way only ever adds.
 */
export interface Dating {
  readonly bootId: string;
  /** Server time minus boot clock, ms. */
  readonly bootOffsetMs: number;
  /** Agent's time of day minus server time, ms: how far its clock is off. */
  readonly clockOffsetMs: number;
  readonly sampledAt: number;
}

/** Two clocks may drift apart by this much, so an old minimum is slowly given up. */
const DRIFT_RATIO = 500e-6;
/** No frame of an open link is delayed for this long: the server's clock was set, or the machine was paused with its own. */
const MAX_DELAY_MS = 120_000;

/** Learns from clocks that arrived just now (`receivedAt`, server time). */
export function learnDating(known: Dating | null, bootId: string, clocks: Clocks, receivedAt: number): Dating {
  const bootOffsetMs = receivedAt - clocks.bootMs;
  const own = { bootId, bootOffsetMs, clockOffsetMs: 0, sampledAt: receivedAt };
  if (known?.bootId === bootId) {
    own.bootOffsetMs = known.bootOffsetMs;
    own.sampledAt = known.sampledAt;
  }
  stepDating(own, clocks, receivedAt);
  return own;
}

/** The same in place, for clocks of the same boot: every report brings some. */
export function stepDating(
  own: { -readonly [Field in keyof Dating]: Dating[Field] },
  clocks: Clocks,
  receivedAt: number,
) {
  const sample = receivedAt - clocks.bootMs;
  const allowed = own.bootOffsetMs + Math.max(0, receivedAt - own.sampledAt) * DRIFT_RATIO;
  own.bootOffsetMs = sample - allowed > MAX_DELAY_MS ? sample : Math.min(sample, allowed);
  own.clockOffsetMs = Math.round(clocks.wallMs - (clocks.bootMs + own.bootOffsetMs));
  own.sampledAt = receivedAt;
}

/**
 * When something happened that the agent dated with `clocks`, by the server's clock, in whole ms and never after `receivedAt`.
 * A report from an earlier boot has no shared boot clock: its time of day is corrected by what is known of that clock now.
 */
export function dateClocks(dating: Dating, bootId: string, clocks: Clocks, receivedAt: number): number {
  const at = bootId === dating.bootId ? clocks.bootMs + dating.bootOffsetMs : clocks.wallMs - dating.clockOffsetMs;
  return Math.min(Math.round(at), receivedAt);
}
