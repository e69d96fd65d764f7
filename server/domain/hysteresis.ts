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
  /** The silence after which a pending change began again, ms: one as long right after it is how often is reported. */
  readonly silenceMs?: number;
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
/** What is reported so seldom that a silence is as long as the one before, or as two of them, is no silence. */
const USUAL_SILENCES = 2.5;

/**
 * Steps a level by one reading at `at` (ms, never older than the last one).
 * A condition must hold for `forMs` to raise and be over for `keepForMs` to clear; a reading in between leaves both as they are,
 * except that it interrupts what is pending. A silence longer than `forMs` or `keepForMs` (at least a minute) starts a pending
 * change again, unless readings always come that far apart.
 * @param isStanding the condition stays as it is until somebody does something (a full disk, not a busy CPU): what held before and
 * after a silence held in it too, however long it was
 */
export function stepLevel(
  state: LevelState,
  signal: Signal,
  at: number,
  timing: LevelTiming,
  isStanding = false,
): { state: LevelState; edge: Edge } {
  const { silenceMs: _, ...known } = state;
  const seen = { ...known, lastSeen: at };
  if (state.foundAtOnboarding) {
    return { state: signal === 'clear' ? { ...quietLevel, lastSeen: at } : seen, edge: null };
  }
  const pending = (durationMs: number): Pending => pendingSince(state, at, durationMs, isStanding);
  return state.active
    ? stepActive(seen, signal, at, timing.keepForMs, pending)
    : stepQuiet(seen, signal, at, timing.forMs, pending);
}

type Pending = Pick<LevelState, 'silenceMs'> & { readonly changingSince: number };

function stepQuiet(
  seen: LevelState,
  signal: Signal,
  at: number,
  forMs: number,
  pending: (durationMs: number) => Pending,
): { state: LevelState; edge: Edge } {
  if (signal !== 'raise') return { state: { ...seen, changingSince: null, onset: null }, edge: null };
  const changed = pending(forMs);
  const onset = changed.changingSince;
  if (at - onset < forMs) return { state: { ...seen, ...changed, onset }, edge: null };
  return { state: { ...seen, active: true, changingSince: null, onset }, edge: 'raised' };
}

function stepActive(
  seen: LevelState,
  signal: Signal,
  at: number,
  keepForMs: number,
  pending: (durationMs: number) => Pending,
): { state: LevelState; edge: Edge } {
  if (signal !== 'clear') return { state: { ...seen, changingSince: null }, edge: null };
  const changed = pending(keepForMs);
  if (at - changed.changingSince < keepForMs) return { state: { ...seen, ...changed }, edge: null };
  return { state: { ...quietLevel, lastSeen: at }, edge: 'cleared' };
}

/** Since when the change has been pending, with this reading. */
function pendingSince(
  { changingSince, lastSeen, silenceMs = 0 }: LevelState,
  at: number,
  durationMs: number,
  isStanding: boolean,
): Pending {
  if (changingSince === null) return { changingSince: at };
  const unseenMs = at - lastSeen;
  const isUsual = unseenMs <= Math.max(durationMs, MAX_UNSEEN_MS, USUAL_SILENCES * silenceMs);
  if (isStanding || isUsual) return { changingSince, ...(silenceMs > 0 ? { silenceMs } : {}) };
  return { changingSince: at, silenceMs: unseenMs };
}
