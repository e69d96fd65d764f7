/**
 * What is remembered of how a file system fills and is emptied: a few hundred bytes of JSON that survive a restart. Levels are
 * shares of the size that were available, rounded to 0.001 %.
 */
export interface FillMemory {
  /** Bytes; another size starts afresh. */
  size: number;
  /** When it was first seen at this size, ms. */
  since: number;
  /** The least available since the last reset. */
  low: number;
  /** Times at which it was emptied, oldest first. */
  resets: Reset[];
  /** Number of the UTC day that the last of `days` is. */
  day: number;
  /** The least available on each of the last days; null where nothing was seen. */
  days: (number | null)[];
}

/** When it was emptied (ms), the least available before, and how much that freed. */
export type Reset = [atMs: number, low: number, freed: number];

export const DAY_MS = 86_400_000;
/** Two weeks and a day, so that a weekly rhythm shows twice. */
export const MEMORY_DAYS = 15;
const MAX_RESETS = 8;
/** A volume that was resized changes by more than this between two looks; pools whose size drifts do not. */
const RESIZED_RATIO = 0.01;

const rounded = (share: number): number => Math.round(share * 1e5) / 1e5;

export function freshMemory(atMs: number, availableBytes: number, sizeBytes: number): FillMemory {
  const low = rounded(availableBytes / sizeBytes);
  return { size: sizeBytes, since: atMs, low, resets: [], day: Math.floor(atMs / DAY_MS), days: [low] };
}

export function isResized(memory: FillMemory, sizeBytes: number): boolean {
  return Math.abs(sizeBytes - memory.size) > RESIZED_RATIO * memory.size;
}

/** Takes the next level in place, in the order of time; single outliers should be gone from it. */
export function noteLevel(memory: FillMemory, atMs: number, availableBytes: number, sizeBytes: number): void {
  const level = rounded(availableBytes / sizeBytes);
  memory.size = sizeBytes;
  noteReset(memory, atMs, level);
  const day = Math.floor(atMs / DAY_MS);
  for (; memory.day < day; memory.day += 1) {
    memory.days.push(null);
    if (day - memory.day > MEMORY_DAYS) memory.day = day - MEMORY_DAYS - 1;
  }
  memory.days.splice(0, memory.days.length - MEMORY_DAYS);
  const today = memory.days.length - 1;
  memory.days[today] = Math.min(memory.days[today] ?? level, level);
}

/** Space that came back by more than noise is a reset; what comes back without anything filling in between belongs to it. */
function noteReset(memory: FillMemory, atMs: number, level: number): void {
  const freed = level - memory.low;
  const last = memory.resets.at(-1);
  const isGoingOn = last !== undefined && memory.low === rounded(last[1] + last[2]);
  if (freed >= (isGoingOn ? Number.MIN_VALUE : leastReset(memory.low))) {
    if (last && isGoingOn) last[2] = rounded(last[2] + freed);
    else memory.resets.push([atMs, memory.low, rounded(freed)]);
    memory.low = level;
    forgetResets(memory, atMs);
  } else memory.low = Math.min(memory.low, level);
}

/** Near the end little counts: 2 % of the size, or a tenth of what is left, but never less than 0.2 %. */
function leastReset(low: number): number {
  return Math.max(0.002, Math.min(0.02, low * 0.1));
}

/** Small ones leave before large ones, old ones before new ones. */
function forgetResets(memory: FillMemory, atMs: number): void {
  const kept = memory.resets.filter(([at]) => atMs - at <= MEMORY_DAYS * DAY_MS);
  if (kept.length > MAX_RESETS) {
    const large = largestFreed(kept) / 2;
    const small = kept.findIndex(([, , freed]) => freed < large);
    kept.splice(Math.max(0, small), 1);
  }
  memory.resets = kept;
}

export function largestFreed(resets: readonly Reset[]): number {
  return resets.reduce((largest, [, , freed]) => Math.max(largest, freed), 0);
}

export interface Rhythm {
  /** Least available so far, of which a filling disk must fall short before it is news; null if nothing is remembered. */
  readonly earlierLow: number | null;
  /** When the next reset is due at the latest, ms; null without a regular, stable rhythm. */
  readonly nextReset: number | null;
}

const HOUR_MS = 3_600_000;
const OLD_MS = 6 * HOUR_MS;

/**
 * What the past says about a level that falls by `fall` (share of the size in six hours).
 * @param critical share below which an earlier low was an emergency: emptying it then was help, not rhythm
 */
export function rhythmOf(memory: FillMemory, nowMs: number, fall: number, critical: number): Rhythm {
  const resets = memory.resets.filter(([at]) => nowMs - at <= MEMORY_DAYS * DAY_MS);
  const largest = largestFreed(resets);
  const regular = resets.filter(([, , freed]) => freed >= largest / 2);
  // Teeth shorter than the window are averaged by the trend itself: only lows before it count, or those of a tall tooth.
  const lows = resets.flatMap(([at, low, freed]) => (nowMs - at >= OLD_MS || freed >= fall ? [low] : []));
  memory.days.forEach((low, index) => {
    const endMs = (memory.day - (memory.days.length - 1 - index) + 1) * DAY_MS;
    if (low !== null && nowMs - endMs >= OLD_MS) lows.push(low);
  });
  const countable = lows.filter((low) => low > critical);
  const rhythm = lastThree(regular);
  // What goes up and down without a rhythm may go further down than ever before, and come back.
  const margin = largest * (rhythm && !rhythm.isEven ? 1 : 0.1);
  const isDue = rhythm?.isEven && rhythm.isStable && rhythm.dueAt >= nowMs;
  return {
    earlierLow: countable.length === 0 ? null : Math.min(...countable) - margin,
    nextReset: isDue ? rhythm.dueAt : null,
  };
}

/** Whether the last three came at even distances and from about the same level, and when the next is due at the latest. */
function lastThree(regular: readonly Reset[]): { isEven: boolean; isStable: boolean; dueAt: number } | null {
  const [first, second, third] = regular.slice(-3);
  if (!first || !second || !third) return null;
  const [before, after] = [second[0] - first[0], third[0] - second[0]];
  const lows = [first[1], second[1], third[1]];
  return {
    isEven: Math.abs(before - after) <= 0.15 * Math.max(before, after),
    isStable: Math.max(...lows) - Math.min(...lows) <= 0.25 * Math.max(first[2], second[2], third[2]),
    dueAt: third[0] + ((before + after) / 2) * 1.1 + HOUR_MS / 4,
  };
}
