import { MAX_TREND_POINTS, theilSen } from '../theil-sen.ts';

/** Something that was measured: bytes, ms. */
export interface Measured {
  readonly at: number;
  readonly value: number;
}

/**
 * How something grows: by as much every day, or by the same share (`compound`). `level` is where its line stands at the instant that was
 * asked for.
 */
export interface Growth {
  readonly kind: 'linear' | 'compound';
  /** Units a day, or the natural logarithm of the factor of a day. */
  readonly perDay: number;
  readonly level: number;
  readonly count: number;
  readonly spanMs: number;
}

/** `young`: too little is known. `steady`: it does not grow. `far`: not in the next ten years. */
export type NoDate = 'young' | 'steady' | 'far';

const DAY_MS = 86_400_000;
const LEAST_COUNT = 5;
const LEAST_SPAN_MS = 7 * DAY_MS;
/** What is older says little of tomorrow. */
const LOOK_BACK_MS = 400 * DAY_MS;
const FARTHEST_MS = 3_653 * DAY_MS;
/** Growth has to be larger than what lies beside its line. */
const LEAST_SIGNAL = 2;
/** So much closer has a curve to be than the straight line. */
const CURVED = 0.6;

/** The trend of what was measured in the last 400 days; it does not mind outliers. */
export function growthOf(measured: readonly Measured[], now: number): Growth | Exclude<NoDate, 'far'> {
  const points = thin(measured, now);
  const spanMs = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  if (points.length < LEAST_COUNT || spanMs < LEAST_SPAN_MS) return 'young';
  const days = points.map(({ at }) => (at - now) / DAY_MS);
  const values = points.map(({ value }) => value);
  const linear = fit(days, values, (value) => value);
  const compound = values.every((value) => value > 0) ? fit(days, values.map(Math.log), Math.exp, values) : null;
  const isCurved = compound !== null && compound.residual < linear.residual * CURVED;
  const best = isCurved ? compound : linear;
  const grown = best.back(best.level) - best.back(best.level - (best.perDay * spanMs) / DAY_MS);
  if (!(best.perDay > 0) || grown < LEAST_SIGNAL * best.residual) return 'steady';
  const kind = isCurved ? 'compound' : 'linear';
  return { kind, perDay: best.perDay, level: best.back(best.level), count: points.length, spanMs };
}

/** When it passes `limit`; `now` if it has. */
export function whenOver({ kind, perDay, level }: Growth, limit: number, now: number): number | 'far' {
  if (level > limit) return now;
  const days = kind === 'linear' ? (limit - level) / perDay : Math.log(limit / level) / perDay;
  return days * DAY_MS > FARTHEST_MS ? 'far' : Math.ceil(now + days * DAY_MS);
}

interface Line {
  readonly perDay: number;
  /** At day 0, as it was fitted. */
  readonly level: number;
  /** The median distance of the values from it. */
  readonly residual: number;
  readonly back: (fitted: number) => number;
}

/** @param back from what is fitted to what was measured */
function fit(days: readonly number[], fitted: readonly number[], back: Line['back'], values = fitted): Line {
  const perDay = theilSen(days, fitted, 0, days.length)?.slope ?? 0;
  const level = middle(fitted.map((value, index) => value - perDay * (days[index] ?? 0)));
  const beside = values.map((value, index) => Math.abs(value - back(level + perDay * (days[index] ?? 0))));
  return { perDay, level, residual: middle(beside), back };
}

/** As many as a trend is made of, evenly over the time, each instant once, ascending. */
function thin(measured: readonly Measured[], now: number): Measured[] {
  const known = new Map<number, number>();
  for (const { at, value } of measured) {
    if (at > now || at < now - LOOK_BACK_MS || !Number.isFinite(value) || value < 0) continue;
    known.set(at, Math.max(value, known.get(at) ?? 0));
  }
  const sorted = [...known].map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at);
  if (sorted.length <= MAX_TREND_POINTS) return sorted;
  const step = (sorted.length - 1) / (MAX_TREND_POINTS - 1);
  return Array.from({ length: MAX_TREND_POINTS }, (_, index) => sorted[Math.round(index * step)]).filter(
    (one) => one !== undefined,
  );
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  return ((sorted[Math.floor(last / 2)] ?? 0) + (sorted[Math.ceil(last / 2)] ?? 0)) / 2;
}
