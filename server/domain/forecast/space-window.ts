import { MAX_TREND_POINTS } from '../theil-sen.ts';

/** Free space of one file system over the last six hours, at most one value for each five minutes. Lives in memory only. */
export interface SpaceWindow {
  /** Available bytes by slot modulo its length; NaN where nothing is known. */
  readonly slots: Float32Array;
  /** Number of the newest slot that was written, counted from 1970; -1 before the first. */
  newest: number;
}

export const STEP_MS = 5 * 60_000;
export const WINDOW_STEPS = MAX_TREND_POINTS;
export const WINDOW_MS = WINDOW_STEPS * STEP_MS;

export const emptyWindow = (): SpaceWindow => ({ slots: new Float32Array(WINDOW_STEPS).fill(Number.NaN), newest: -1 });

export const slotOf = (atMs: number): number => Math.floor(atMs / STEP_MS);

/** Takes the newest value. The last one of a slot counts; what is older than the newest slot goes to {@link fillHole}. */
export function putPoint(window: SpaceWindow, atMs: number, availableBytes: number): void {
  const slot = slotOf(atMs);
  if (slot < window.newest) {
    fillHole(window, atMs, availableBytes);
    return;
  }
  const cleared = Math.min(slot - window.newest, WINDOW_STEPS);
  for (let back = 0; back < cleared; back += 1) window.slots[(slot - back) % WINDOW_STEPS] = Number.NaN;
  window.slots[slot % WINDOW_STEPS] = availableBytes;
  window.newest = slot;
}

/** The server's clock was set by so many steps, back if below 0: what was measured keeps its distance from now. */
export function moveWindow(window: SpaceWindow, steps: number): void {
  if (window.newest < 0) return;
  const newest = Math.max(0, window.newest + steps);
  const moved = emptyWindow().slots;
  for (let back = 0; back < Math.min(WINDOW_STEPS, window.newest + 1, newest + 1); back += 1) {
    moved[(newest - back) % WINDOW_STEPS] = window.slots[(window.newest - back) % WINDOW_STEPS] ?? Number.NaN;
  }
  window.slots.set(moved);
  window.newest = newest;
}

/** Takes a value from history: only where nothing is known yet, and only inside the six hours. */
export function fillHole(window: SpaceWindow, atMs: number, availableBytes: number): void {
  const slot = slotOf(atMs);
  if (slot > window.newest) putPoint(window, atMs, availableBytes);
  if (slot <= window.newest - WINDOW_STEPS) return;
  const index = slot % WINDOW_STEPS;
  if (Number.isNaN(window.slots[index])) window.slots[index] = availableBytes;
}

/** Copies what is known into `xs` (slot numbers, from 0 for the oldest possible) and `ys` (bytes). Returns how many there are. */
export function copyPoints({ slots, newest }: SpaceWindow, xs: Float64Array, ys: Float64Array): number {
  if (newest < 0) return 0;
  let count = 0;
  const oldest = newest - WINDOW_STEPS + 1;
  for (let back = 0; back < WINDOW_STEPS; back += 1) {
    const value = oldest + back < 0 ? Number.NaN : (slots[(oldest + back) % WINDOW_STEPS] ?? Number.NaN);
    if (Number.isNaN(value)) continue;
    xs[count] = back;
    ys[count] = value;
    count += 1;
  }
  return count;
}

/** Whether a slot inside the window is empty after one that is not. */
export function hasHole({ slots, newest }: SpaceWindow): boolean {
  if (newest < 0) return false;
  let isKnown = false;
  for (let slot = Math.max(0, newest - WINDOW_STEPS + 1); slot <= newest; slot += 1) {
    const isEmpty = Number.isNaN(slots[slot % WINDOW_STEPS]);
    if (isEmpty && isKnown) return true;
    isKnown ||= !isEmpty;
  }
  return false;
}

/** The newest value without single outliers: the median of the last three slots that are known. NaN before the first. */
export function newestLevel({ slots, newest }: SpaceWindow): number {
  const known: number[] = [];
  for (let slot = newest; slot > newest - 6 && slot >= 0 && known.length < 3; slot -= 1) {
    const value = slots[slot % WINDOW_STEPS] ?? Number.NaN;
    if (!Number.isNaN(value)) known.push(value);
  }
  const [a = Number.NaN, b = a, c = a] = known;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
