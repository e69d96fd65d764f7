import type { Clocks } from '../../protocol/wire/frame.ts';

/**
 * When rounds of measurement happen. Each device has its own stable phase inside the interval, taken from its public key, so
 * that a fleet's reports arrive evenly. All functions are pure.
 */

/** The phase of a device in 0..intervalMs-1. Keys are uniform, so their first bytes are. */
export function phaseMs(publicKey: Uint8Array, intervalMs: number): number {
  const seed = new DataView(publicKey.buffer, publicKey.byteOffset).getUint32(0);
  return Math.floor((seed / 2 ** 32) * intervalMs);
}

/**
 * How long to wait for the next round, in (interval / 2, 3 x interval / 2]. Rounds that were missed are skipped, never made up
 * for; a wall clock that jumps shifts one round and nothing else.
 */
export function nextRoundDelayMs(wallMs: number, intervalMs: number, phase: number): number {
  const since = (((wallMs - phase) % intervalMs) + intervalMs) % intervalMs;
  const delayMs = intervalMs - since;
  // The timer may fire a little early, and the wall clock may step back: the round just made is not made twice.
  return delayMs <= intervalMs / 2 ? delayMs + intervalMs : delayMs;
}

/** What happened between two looks at the clocks. */
export interface Wake {
  /** Time the machine was asleep. */
  readonly asleepMs: number;
  /** Time this process did not run although the machine did: a stall, a stop signal, a paused virtual machine. */
  readonly stalledMs: number;
}

/** Below this a sleep or a stall is ordinary scheduling. */
const NOTICEABLE_MS = 2_000;

/**
 * Compares the clocks of two looks that should be `expectedMs` apart.
 * @returns undefined if nothing out of the ordinary happened
 */
export function noticeWake(before: Clocks, after: Clocks, expectedMs: number): Wake | undefined {
  const awakeMs = after.monotonicMs - before.monotonicMs;
  const asleepMs = Math.max(0, after.bootMs - before.bootMs - awakeMs);
  const stalledMs = Math.max(0, awakeMs - expectedMs);
  if (asleepMs < NOTICEABLE_MS && stalledMs < NOTICEABLE_MS) return undefined;
  return { asleepMs, stalledMs };
}
