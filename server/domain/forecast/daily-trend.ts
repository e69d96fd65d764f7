import { theilSen } from '../theil-sen.ts';
import { DAY_MS, type FillMemory, MEMORY_DAYS } from './fill-memory.ts';
import { trendQuality } from './trend-quality.ts';

export interface DailyTrend {
  /** Share of the size that is lost in a day. */
  readonly fallPerDay: number;
  readonly leadMs: number;
  readonly quality: number;
  readonly days: number;
}

const LEAST_DAYS = 4;
/** Where the peaks differ. */
const LEAST_UNEVEN_DAYS = 6;
const LEAST_QUALITY = 0.4;
/** Between two days more than this share of the size came back: a rhythm of several days. */
const LEAST_RISE = 0.02;
const STILL_FALLING = 0.3;

const xs = new Float64Array(MEMORY_DAYS);
const ys = new Float64Array(MEMORY_DAYS);

/**
 * The trend of each day's fullest moment: it sees the leak below a daily rhythm, and what grows once a night. Null unless it
 * fell for at least four days in a row, goes on, and is lower than it ever was; and unless the emptiest moment fell with it, which
 * it does not where only the peaks of a rhythm differ. Where they do differ, the emptiest moments alone tell for six days or more.
 */
export function dailyTrend(memory: FillMemory, nowMs: number): DailyTrend | null {
  // Today is not over: it can only make the last low lower.
  const lows = memory.days.slice(0, -1);
  const tops = memory.tops?.slice(0, -1) ?? [];
  const start = lastRise(lows);
  const fall = steadyFall(lows, start, LEAST_DAYS);
  const base = steadyFall(tops, lastRise(tops), fall ? LEAST_DAYS : LEAST_UNEVEN_DAYS);
  if (!base) return null;
  if (fall) {
    if (base.perDay < STILL_FALLING * fall.perDay || wasEmptied(memory, nowMs, fall.perDay)) return null;
    return isLowest(lows, start, fall.last) ? project(memory, nowMs, fall, fall.last) : null;
  }
  if (wasEmptied(memory, nowMs, base.perDay) || !isLowest(tops, lastRise(tops), base.last)) return null;
  const recent = lows.slice(-LEAST_UNEVEN_DAYS).filter((low) => low !== null);
  return project(memory, nowMs, base, Math.min(...recent));
}

interface Fall {
  /** Share of the size. */
  readonly perDay: number;
  readonly quality: number;
  readonly days: number;
  /** The level of the last complete day. */
  readonly last: number;
}

/** The trend of the levels from `start` on, if it falls and each of the last three steps did. */
function steadyFall(levels: readonly (number | null)[], start: number, leastDays: number): Fall | null {
  let days = 0;
  for (let index = start; index < levels.length; index += 1) {
    const level = levels[index];
    if (level === null || level === undefined) continue;
    xs[days] = index;
    ys[days] = level;
    days += 1;
  }
  if (days < leastDays) return null;
  const trend = theilSen(xs, ys, 0, days);
  if (!trend || trend.slope >= 0) return null;
  const perDay = -trend.slope;
  for (let back = 1; back < leastDays; back += 1) {
    const step = (ys[days - back - 1] ?? 0) - (ys[days - back] ?? 0);
    if (step < STILL_FALLING * perDay) return null;
  }
  const quality = trendQuality(trend, 1);
  return quality < LEAST_QUALITY ? null : { perDay, quality, days, last: ys[days - 1] ?? 0 };
}

/** Whether the last level is considerably lower than any before the last rise. */
function isLowest(levels: readonly (number | null)[], start: number, last: number): boolean {
  const earlier = levels.slice(0, start).filter((level) => level !== null);
  if (earlier.length === 0) return true;
  const lowest = Math.min(...earlier);
  const risen = levels.slice(start).find((level) => level !== null) ?? 0;
  return last < lowest - (risen - lowest) / 4;
}

/** When the line ends. `level`: where it stood on the last complete day. */
function project(
  { days, day }: FillMemory,
  nowMs: number,
  { perDay, quality, days: count }: Fall,
  level: number,
): DailyTrend {
  const today = days.at(-1) ?? null;
  const isNewLow = today !== null && today < level;
  // When on its day the low was is not kept: about noon.
  const lowAtMs = isNewLow ? Math.min(nowMs, (day + 0.5) * DAY_MS) : (day - 0.5) * DAY_MS;
  const leadMs = ((isNewLow ? today : level) / perDay) * DAY_MS - (nowMs - lowAtMs);
  return { fallPerDay: perDay, leadMs: Math.max(0, leadMs), quality, days: count };
}

/** Whether the last days were undone by a reset that is not one of every day. */
function wasEmptied({ resets }: FillMemory, nowMs: number, fallPerDay: number): boolean {
  const recent = resets.filter(([at, , freed]) => nowMs - at < 1.5 * DAY_MS && freed > 2 * fallPerDay);
  return recent.some(([at, , freed]) => {
    const alike = resets.filter((other) => other[2] >= freed / 2 && other[0] < at && at - other[0] < 3.5 * DAY_MS);
    return alike.length < 2;
  });
}

/** Index of the first day after the last considerable rise. */
function lastRise(lows: readonly (number | null)[]): number {
  let before: number | null = null;
  let found = 0;
  lows.forEach((low, index) => {
    if (low === null) return;
    if (before !== null && low - before > LEAST_RISE) found = index;
    before = low;
  });
  return found;
}
