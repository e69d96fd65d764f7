import type { LevelTiming } from './settings.ts';

/** What a reading says about a condition: it holds, it is over, or neither (between the thresholds, or not readable). */
export type Signal = 'raise' | 'clear' | 'hold';

/** Where one level of one rule on one object stands. Survives restarts as JSON. */
export interface LevelState {
  /** True between raising and clearing. */
  readonly active: boolean;
  /** Since when the opposite condition has held without a break, or null. */
  readonly changingSince: number | null;
  /** When the condition that is active (or pending) began. */
  readonly onset: number | null;
  readonly lastSeen: number;
  /** True if the condition stood already when the device was enrolled: it raises only after it was once over. */
  readonly foundAtOnboarding: boolean;
}

export type Edge = 'raised' | 'cleared' | null;

export const quietLevel: LevelState = {
  active: false,
  changingSince: null,
  onset: null,
  lastSeen: 0,
  foundAtOnboarding: false,
};

/** Two readings further apart than this (or than the `for` itself) do not prove that a condition held in between. */
const MAX_UNSEEN_MS = 60_000;

/**
 * Steps a level by one reading at `at` (ms, never older than the last one).
 * A condition must hold for `forMs` to raise and be over for `keepForMs` to clear; a reading in between leaves both as they are,
 * except that it interrupts what is pending. A silence longer than `forMs` or `keepForMs` (at least a minute) starts a pending
 * change again.
 */
export function stepLevel(
  state: LevelState,
  signal: Signal,
  at: number,
  timing: LevelTiming,
): { state: LevelState; edge: Edge } {
  const seen = { ...state, lastSeen: at };
  if (state.foundAtOnboarding) {
    return { state: signal === 'clear' ? { ...quietLevel, lastSeen: at } : seen, edge: null };
  }
  return state.active
    ? stepActive(seen, state.lastSeen, signal, at, timing)
    : stepQuiet(seen, state.lastSeen, signal, at, timing);
}

function stepQuiet(
  seen: LevelState,
  lastSeen: number,
  signal: Signal,
  at: number,
  timing: LevelTiming,
): { state: LevelState; edge: Edge } {
  if (signal !== 'raise') return { state: { ...seen, changingSince: null, onset: null }, edge: null };
  const since = unbrokenSince(seen, lastSeen, at, timing.forMs);
  if (at - since < timing.forMs) return { state: { ...seen, changingSince: since, onset: since }, edge: null };
  return { state: { ...seen, active: true, changingSince: null, onset: since }, edge: 'raised' };
}

function stepActive(
  seen: LevelState,
  lastSeen: number,
  signal: Signal,
  at: number,
  timing: LevelTiming,
): { state: LevelState; edge: Edge } {
  if (signal !== 'clear') return { state: { ...seen, changingSince: null }, edge: null };
  const since = unbrokenSince(seen, lastSeen, at, timing.keepForMs);
  if (at - since < timing.keepForMs) return { state: { ...seen, changingSince: since }, edge: null };
  return { state: { ...quietLevel, lastSeen: at }, edge: 'cleared' };
}

function unbrokenSince({ changingSince }: LevelState, lastSeen: number, at: number, durationMs: number): number {
  return changingSince !== null && at - lastSeen <= Math.max(durationMs, MAX_UNSEEN_MS) ? changingSince : at;
}
