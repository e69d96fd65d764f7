import type { NightMemory } from './night-memory.ts';

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
  /** The most available on each of them. Absent in what older versions saved. */
  tops?: (number | null)[];
  /** When it was last seen on its way to be full, for each level of the forecast. */
  alarms?: (Alarm | null)[];
  /** How much nights keep. */
  nights?: NightMemory;
}

/** When (ms), what was available then, and whether that was seen over more than a burst. */
export type Alarm = [atMs: number, level: number, isSlow: boolean];

/** When it was emptied (ms), the least available before, and how much that freed. */
export type Reset = [atMs: number, low: number, freed: number];

export const DAY_MS = 86_400_000;
/** Two weeks and a day, so that a weekly rhythm shows twice. */
export const MEMORY_DAYS = 15;
const MAX_RESETS = 8;
const NEWEST_RESETS = 5;
/** A volume that was resized changes by more than this between two looks; pools whose size drifts do not. */
const RESIZED_RATIO = 0.01;

const rounded = (share: number): number => Math.round(share * 1e5) / 1e5;

export function freshMemory(atMs: number, availableBytes: number, sizeBytes: number): FillMemory {
  const low = rounded(availableBytes / sizeBytes);
  return { size: sizeBytes, since: atMs, low, resets: [], day: Math.floor(atMs / DAY_MS), days: [low], tops: [low] };
}

export function isResized(memory: FillMemory, sizeBytes: number): boolean {
  return Math.abs(sizeBytes - memory.size) > RESIZED_RATIO * memory.size;
}

/** Takes the next level in place, in the order of time; single outliers should be gone from it. */
export function noteLevel(memory: FillMemory, atMs: number, availableBytes: number, sizeBytes: number): void {
  const level = rounded(availableBytes / sizeBytes);
  memory.size = sizeBytes;
  noteReset(memory, atMs, level);
  const { days } = memory;
  memory.tops ??= days.map(() => null);
  const { tops } = memory;
  const day = Math.floor(atMs / DAY_MS);
  for (; memory.day < day; memory.day += 1) {
    days.push(null);
    tops.push(null);
    if (day - memory.day > MEMORY_DAYS) memory.day = day - MEMORY_DAYS - 1;
  }
  days.splice(0, days.length - MEMORY_DAYS);
  tops.splice(0, tops.length - MEMORY_DAYS);
  const today = days.length - 1;
  days[today] = Math.min(days[today] ?? level, level);
  tops[today] = Math.max(tops[today] ?? level, level);
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

/** Small ones leave before large ones, old ones before new ones; the newest stay, which the next one is foretold by. */
function forgetResets(memory: FillMemory, atMs: number): void {
  const kept = memory.resets.filter(([at]) => atMs - at <= MEMORY_DAYS * DAY_MS);
  if (kept.length > MAX_RESETS) {
    const large = largestFreed(kept) / 2;
    const small = kept.slice(0, -NEWEST_RESETS).findIndex(([, , freed]) => freed < large);
    kept.splice(Math.max(0, small), 1);
  }
  memory.resets = kept;
}

/** The newest instant that is remembered, ms; nights and days count as begun. */
export function newestFill({ since, resets, day, alarms = [], nights }: FillMemory): number {
  const night = nights?.current?.[0] ?? nights?.past.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  return Math.max(since, day * DAY_MS, (night - 1) * DAY_MS, ...[...resets, ...alarms].map((one) => one?.[0] ?? since));
}

/**
 * The server's clock was set by `sizeMs`: what came and went lately moves with it. Days and nights keep their names, but for those
 * that have not begun: the newest day becomes today.
 * @param now after the step, ms
 */
export function redateFill(memory: FillMemory, sizeMs: number, now: number): void {
  const moved = (at: number): number => Math.min(now, at + sizeMs);
  const today = Math.floor(now / DAY_MS);
  memory.since = moved(memory.since);
  memory.resets = memory.resets.map(([at, ...rest]) => [moved(at), ...rest]);
  if (memory.alarms) memory.alarms = memory.alarms.map((alarm) => alarm && [moved(alarm[0]), alarm[1], alarm[2]]);
  memory.day = Math.min(today, memory.day);
  if (!memory.nights) return;
  const { current, past } = memory.nights;
  // A night is named by a day of its client's zone, which may be one ahead.
  const hasBegun = ([night]: readonly [number, ...number[]]): boolean => night <= today + 1;
  memory.nights = { current: current && hasBegun(current) ? current : null, past: past.filter(hasBegun) };
}

export function largestFreed(resets: readonly Reset[]): number {
  return resets.reduce((largest, [, , freed]) => Math.max(largest, freed), 0);
}

export interface Rhythm {
  /** Least available so far, of which a filling disk must fall short before it is news; null if nothing is remembered. */
  readonly earlierLow: number | null;
  /** When it is emptied next by its rhythm, ms; null if nothing says that it is. */
  readonly emptiedAt: number | null;
  /** Until when it may be late with that, ms. Null with `emptiedAt`. */
  readonly nextReset: number | null;
}

const HOUR_MS = 3_600_000;
const OLD_MS = 6 * HOUR_MS;
/** How late a rhythm may be of which only one day was seen. */
const UNKNOWN_LATENESS = 1.25;
/** How early it may be. */
const EARLIEST = 0.9;

/**
 * What the past says about a level that falls by `fall` (share of the size in six hours).
 * @param critical share below which an earlier low was an emergency: emptying it then was help, not rhythm
 */
export function rhythmOf(memory: FillMemory, nowMs: number, fall: number, critical: number): Rhythm {
  const resets = memory.resets.filter(([at]) => nowMs - at <= MEMORY_DAYS * DAY_MS);
  const regular = resets.filter(([, , freed]) => freed >= usualFreed(resets) / 4);
  // Teeth shorter than the window are averaged by the trend itself: only lows before it count, or those of a tall tooth.
  const lows = resets.flatMap(([at, low, freed]) => (nowMs - at >= OLD_MS || freed >= fall ? [low] : []));
  memory.days.forEach((low, index) => {
    const endMs = (memory.day - (memory.days.length - 1 - index) + 1) * DAY_MS;
    if (low !== null && nowMs - endMs >= OLD_MS) lows.push(low);
  });
  const countable = lows.filter((low) => low > critical);
  const next = nextOf(regular);
  // What goes up and down without a rhythm may go further down than ever before, and come back.
  const margin = largestFreed(resets) * (next && !next.isEven ? 1 : 0.1);
  // Teeth within the window say nothing of the trend that runs through them.
  const isDue = next !== null && next.everyMs >= OLD_MS && next.dueAt >= nowMs && !isSinking(regular);
  return {
    earlierLow: countable.length === 0 ? null : Math.min(...countable) - margin,
    emptiedAt: isDue ? next.at : null,
    nextReset: isDue ? next.dueAt : null,
  };
}

/** How much a reset frees; one clean-up that freed far more than the others is none of the rhythm. */
function usualFreed(resets: readonly Reset[]): number {
  const freed = resets.map(([, , share]) => share).sort((a, b) => b - a);
  return freed[freed.length > 2 ? 1 : 0] ?? 0;
}

/**
 * When the next reset is expected at the earliest, and due at the latest. What was emptied once or twice is taken to be emptied
 * once a day.
 */
function nextOf(regular: readonly Reset[]): { isEven: boolean; everyMs: number; at: number; dueAt: number } | null {
  const newest = regular.slice(-NEWEST_RESETS);
  const last = newest.at(-1)?.[0];
  if (last === undefined) return null;
  const distances = newest.slice(1).map(([at], index) => at - (newest[index]?.[0] ?? at));
  if (distances.length < 2) distances.push(DAY_MS);
  const [shortest, longest] = [Math.min(...distances), Math.max(...distances)];
  const at = last + EARLIEST * shortest;
  if (newest.length < 3) return { isEven: true, everyMs: longest, at, dueAt: last + longest * UNKNOWN_LATENESS };
  const [before = 0, after = 0] = distances.slice(-2);
  const isEven = Math.abs(before - after) <= 0.15 * Math.max(before, after);
  const usual = (before + after) / 2;
  const latest = isEven ? Math.max(usual, Math.min(longest, usual * UNKNOWN_LATENESS)) : longest;
  return { isEven, everyMs: usual, at, dueAt: last + latest * 1.1 + HOUR_MS / 4 };
}

/** Whether the last three were emptied less and less: a tooth whose peaks only differ is emptied to the same level each time. */
function isSinking(regular: readonly Reset[]): boolean {
  const [first, second, third] = regular.slice(-3);
  if (!first || !second || !third) return false;
  const top = ([, low, freed]: Reset): number => low + freed;
  const fallen = first[1] - third[1];
  if (fallen <= 0.5 * Math.max(first[2], second[2], third[2])) return false;
  return Math.min(top(first) - top(second), top(second) - top(third)) >= fallen / 2.5;
}
