import { DAY_MS, type FillMemory, MEMORY_DAYS } from './fill-memory.ts';
import { theilSen } from './theil-sen.ts';
import { trendQuality } from './trend-quality.ts';

export interface DailyTrend {
  /** Share of the size that is lost in a day. */
  readonly fallPerDay: number;
  readonly leadMs: number;
  readonly quality: number;
  readonly days: number;
}

const LEAST_DAYS = 4;
const LEAST_QUALITY = 0.4;
/** Between two days more than this share of the size came back: a rhythm of several days. */
const LEAST_RISE = 0.02;
const STILL_FALLING = 0.3;

const xs = new Float64Array(MEMORY_DAYS);
const ys = new Float64Array(MEMORY_DAYS);

/**
 * The trend of each day's fullest moment: it sees the leak below a daily rhythm, and what grows once a night. Null unless it
 * fell for at least four days in a row, goes on, and is lower than it ever was.
 */
export function dailyTrend(memory: FillMemory, nowMs: number): DailyTrend | null {
  const { days, day } = memory;
  // Today is not over: it can only make the last low lower.
  const complete = days.slice(0, -1);
  const start = lastRise(complete);
  const earlier = complete.slice(0, start).filter((low) => low !== null);
  let count = 0;
  for (let index = start; index < complete.length; index += 1) {
    const low = complete[index];
    if (low === null || low === undefined) continue;
    xs[count] = index;
    ys[count] = low;
    count += 1;
  }
  if (count < LEAST_DAYS) return null;
  const trend = theilSen(xs, ys, 0, count);
  if (!trend || trend.slope >= 0) return null;
  const fallPerDay = -trend.slope;
  const at = (back: number): number => ys[count - back] ?? 0;
  const steps = [at(2) - at(1), at(3) - at(2)];
  if (steps.some((step) => step < STILL_FALLING * fallPerDay) || wasEmptied(memory, nowMs, fallPerDay)) return null;
  const rise = (ys[0] ?? 0) - Math.min(...earlier);
  if (earlier.length > 0 && at(1) >= Math.min(...earlier) - rise / 4) return null;
  const quality = trendQuality(trend, 1);
  if (quality < LEAST_QUALITY) return null;
  const today = days.at(-1) ?? null;
  const isNewLow = today !== null && today < at(1);
  // When on its day the low was is not kept: about noon.
  const lowAtMs = isNewLow ? Math.min(nowMs, (day + 0.5) * DAY_MS) : (day - 0.5) * DAY_MS;
  const leadMs = ((isNewLow ? today : at(1)) / fallPerDay) * DAY_MS - (nowMs - lowAtMs);
  return { fallPerDay, leadMs: Math.max(0, leadMs), quality, days: count };
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
