import type { ForecastSettings } from '../settings.ts';
import { type Trend, theilSen } from '../theil-sen.ts';
import { dailyTrend } from './daily-trend.ts';
import { DAY_MS, type FillMemory, rhythmOf } from './fill-memory.ts';
import { copyPoints, type SpaceWindow, STEP_MS, slotOf, WINDOW_STEPS } from './space-window.ts';
import { isStaircase } from './staircase.ts';
import { trendQuality } from './trend-quality.ts';

/** A file system that fills up: when, how fast, and how far that can be believed. */
export interface FullForecast {
  readonly kind: 'full';
  readonly fullAt: number;
  readonly leadMs: number;
  readonly bytesPerHour: number;
  readonly availableBytes: number;
  /** 0..1 */
  readonly quality: number;
  /** What it rests on: `count` measurements of the last hours, or fullest moments of the last days. */
  readonly basis: 'hours' | 'days';
  readonly count: number;
  readonly spanMs: number;
}

/**
 * Why nothing is said:
 * - `sparse`: too few measurements; nothing is known, and what was raised stays
 * - `steady`: free space hardly moves, or grows
 * - `far`: it fills, but so slowly, or so short a time, that no date can be named
 * - `stopped`: it filled for a part of the time only, and may have stopped
 * - `uneven`: it moves, but not along a line
 * - `young`: its daily rhythm is not known yet
 * - `rhythm`: it was fuller before, or will be emptied in time
 */
export interface NoForecast {
  readonly kind: 'none';
  readonly reason: 'sparse' | 'steady' | 'far' | 'stopped' | 'uneven' | 'young' | 'rhythm';
  readonly count: number;
  readonly spanMs: number;
  /** Bytes that are lost in an hour, where a trend is known. */
  readonly bytesPerHour: number | null;
  readonly quality: number | null;
  /** `rhythm`: the least available before, in bytes, or when it is emptied next. */
  readonly earlierLowBytes: number | null;
  readonly nextReset: number | null;
}

export type Outlook = (FullForecast | NoForecast) & {
  /** For each level of the settings: what was on its way to be full may be so again, so what was raised stays. */
  readonly isHeld?: readonly boolean[];
};

/**
 * Stretches that a trend is sought over, in steps. What is seen of a stretch is projected by no more than `reach` times its
 * length: a burst has to use up a third of the space that was free before anybody is woken for it, and to be a straight line.
 */
const stretches = [
  { steps: WINDOW_STEPS, leastPoints: 12, leastSpan: 60, reach: 16, leastQuality: 0.4 },
  { steps: 36, leastPoints: 12, leastSpan: 30, reach: 2, leastQuality: 0.6 },
  { steps: 18, leastPoints: 9, leastSpan: 15, reach: 2, leastQuality: 0.6 },
  { steps: 9, leastPoints: 8, leastSpan: 8, reach: 2, leastQuality: 0.6 },
] as const;

const STEPS_PER_HOUR = 3_600_000 / STEP_MS;
const STILL_FALLING = 0.3;
const LONGEST_BURST = 36;
const FIRST_TOOTH = 1.25;
/** Older than this the newest measurement says nothing of the present, in steps. */
const FRESH_STEPS = 3;

const xs = new Float64Array(WINDOW_STEPS);
const ys = new Float64Array(WINDOW_STEPS);

/** When a file system will be full, or why that cannot be said. Pure, but for scratch space of its own. */
export function forecast(
  window: SpaceWindow,
  memory: FillMemory,
  nowMs: number,
  settings: ForecastSettings,
  criticalRatio: number,
): Outlook {
  const count = copyPoints(window, xs, ys);
  const spanMs = count < 2 ? 0 : ((xs[count - 1] ?? 0) - (xs[0] ?? 0)) * STEP_MS;
  const facts = { count, spanMs };
  if (count < 8 || slotOf(nowMs) - window.newest > FRESH_STEPS) return none('sparse', facts);
  const availableBytes = median3(count - 1, count);
  const sought = seek(count, availableBytes);
  if (!('trend' in sought)) {
    return dailyForecast(memory, nowMs, availableBytes) ?? none(sought.refusal, { ...facts, ...sought });
  }
  const { trend } = sought;
  const leadMs = (availableBytes / trend.fallPerStep) * STEP_MS;
  const bytesPerHour = trend.fallPerStep * STEPS_PER_HOUR;
  const said = { bytesPerHour, quality: trend.quality };
  if (isYoung(memory, nowMs, trend.fallPerStep, availableBytes, leadMs, settings)) {
    return none('young', { ...facts, ...said });
  }
  const fall = (trend.fallPerStep * WINDOW_STEPS) / memory.size;
  const { earlierLow, emptiedAt, nextReset } = rhythmOf(memory, nowMs, fall, criticalRatio);
  const isBelowEarlier = earlierLow !== null && availableBytes / memory.size >= earlierLow;
  if (isBelowEarlier || (emptiedAt !== null && nowMs + leadMs > emptiedAt)) {
    const earlierLowBytes = isBelowEarlier && earlierLow !== null ? Math.max(0, earlierLow * memory.size) : null;
    const known = { ...facts, ...said, earlierLowBytes, nextReset: isBelowEarlier ? null : nextReset };
    return dailyForecast(memory, nowMs, availableBytes) ?? none('rhythm', known);
  }
  return {
    kind: 'full',
    fullAt: Math.round(nowMs + leadMs),
    leadMs,
    bytesPerHour,
    availableBytes,
    quality: trend.quality,
    basis: 'hours',
    count: trend.count,
    spanMs: trend.spanMs,
  };
}

/**
 * Whether it is watched for too short a time to know its rhythm. What has filled ever since, and was never emptied, may be in its
 * first tooth, which may be late.
 */
function isYoung(
  { since, size, resets, tops }: FillMemory,
  nowMs: number,
  fallPerStep: number,
  availableBytes: number,
  leadMs: number,
  { learnMs, urgentMs }: ForecastSettings,
): boolean {
  const ageMs = nowMs - since;
  if (ageMs >= FIRST_TOOTH * learnMs) return false;
  const fallen = (tops?.[0] ?? 0) * size - availableBytes;
  const isFirstTooth = resets.length === 0 && fallen >= (fallPerStep * ageMs) / STEP_MS / 2;
  if (isFirstTooth) return leadMs > urgentMs / 3;
  return ageMs < learnMs && leadMs > urgentMs;
}

/**
 * False if the values from `from` on cannot have a slope of `fallPerStep` or more, which costs little to see: half of all pairs are
 * at least 0.29 of the span apart, so the median slope cannot exceed the range of the values over that time.
 */
function moves(from: number, count: number, fallPerStep: number): boolean {
  let least = ys[from] ?? 0;
  let most = least;
  for (let index = from + 1; index < count; index += 1) {
    const value = ys[index] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = (xs[count - 1] ?? 0) - (xs[from] ?? 0);
  return most > least && most - least >= 0.29 * span * fallPerStep;
}

const still: Trend = { slope: 0, spread: 0 };

interface Found {
  readonly fallPerStep: number;
  readonly quality: number;
  readonly count: number;
  readonly spanMs: number;
}
type Refusal = {
  readonly refusal: NoForecast['reason'];
  readonly bytesPerHour?: number;
  readonly quality?: number;
};

/** The stretch by which it is full soonest, or what speaks against the longest. */
function seek(count: number, availableBytes: number): { readonly trend: Found } | Refusal {
  let found: Found | null = null;
  let refusal: Refusal = { refusal: 'sparse' };
  for (const { steps, leastPoints, leastSpan, reach, leastQuality } of stretches) {
    const last = xs[count - 1] ?? 0;
    let from = 0;
    while ((xs[from] ?? 0) <= last - steps) from += 1;
    const points = count - from;
    const span = last - (xs[from] ?? 0);
    if (points < leastPoints || span < leastSpan) continue;
    const trend = moves(from, count, availableBytes / (reach * steps)) ? theilSen(xs, ys, from, count) : still;
    if (!trend) continue;
    const fallPerStep = -trend.slope;
    const quality = trendQuality(trend, points / steps);
    const against = (reason: NoForecast['reason']): void => {
      if (refusal.refusal === 'sparse') {
        refusal = { refusal: reason, bytesPerHour: Math.max(0, fallPerStep) * STEPS_PER_HOUR, quality };
      }
    };
    if (!(fallPerStep > 0)) against('steady');
    else if (availableBytes / fallPerStep > reach * steps) against('far');
    else if (!goesOn(from, count, fallPerStep) || isStaircase(xs, ys, from, count)) against('stopped');
    else if (quality < leastQuality) against('uneven');
    else if (found === null || fallPerStep > found.fallPerStep) {
      found = { fallPerStep, quality, count: points, spanMs: span * STEP_MS };
    }
  }
  return found === null ? refusal : { trend: found };
}

/**
 * Whether every third of the stretch falls by a good part of what the trend says, and of a short one, which is a burst, the last
 * quarter of an hour too.
 */
function goesOn(from: number, count: number, fallPerStep: number): boolean {
  const third = Math.max(3, Math.floor((count - from) / 3));
  const falls = (start: number, end: number): boolean => {
    const fall = median3(start, count) - median3(end, count);
    return fall >= STILL_FALLING * fallPerStep * ((xs[end] ?? 0) - (xs[start] ?? 0));
  };
  const last = count - 1;
  const isBurst = (xs[last] ?? 0) - (xs[from] ?? 0) < LONGEST_BURST;
  if (isBurst && !falls(Math.max(from, last - 3), last)) return false;
  return falls(last - third, last) && falls(from, from + third) && falls(from + third, last - third);
}

/** The median of the value at `index` and its neighbours; at the end, of the last three. */
function median3(index: number, count: number): number {
  const middle = Math.min(Math.max(1, index), count - 2);
  const [a, b, c] = [ys[middle - 1] ?? 0, ys[middle] ?? 0, ys[middle + 1] ?? 0];
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function dailyForecast(memory: FillMemory, nowMs: number, availableBytes: number): FullForecast | null {
  const daily = dailyTrend(memory, nowMs);
  if (!daily) return null;
  const { fallPerDay, leadMs, quality, days } = daily;
  if (leadMs > days * DAY_MS) return null;
  return {
    kind: 'full',
    fullAt: Math.round(nowMs + leadMs),
    leadMs,
    bytesPerHour: (fallPerDay * memory.size) / 24,
    availableBytes,
    quality,
    basis: 'days',
    count: days,
    spanMs: days * DAY_MS,
  };
}

function none(reason: NoForecast['reason'], known: Partial<NoForecast>): NoForecast {
  return {
    kind: 'none',
    reason,
    count: known.count ?? 0,
    spanMs: known.spanMs ?? 0,
    bytesPerHour: known.bytesPerHour ?? null,
    quality: known.quality ?? null,
    earlierLowBytes: known.earlierLowBytes ?? null,
    nextReset: known.nextReset ?? null,
  };
}
