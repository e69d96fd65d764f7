import type { Resolution, Series } from '../../protocol/api/view.ts';

export type Value = number | null;

/** Values of several metrics on one grid of time; `fromMs + index * stepMs` is where a step begins. */
export interface Frame {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly length: number;
  readonly columns: ReadonlyMap<string, readonly Value[]>;
  readonly counters: ReadonlySet<string>;
  /** What the values were made from. */
  readonly resolution: Resolution;
  /** The lowest and highest values of a step, of some metrics. Not there while steps are short. */
  readonly lows: ReadonlyMap<string, readonly Value[]>;
  readonly highs: ReadonlyMap<string, readonly Value[]>;
}

/** The lowest and highest values, asked for beside the means. */
export interface Bounds {
  readonly lows: readonly Series[];
  readonly highs: readonly Series[];
}

/** Joins answers about the same range, which differ only in their metrics. */
export function frameOf(answers: readonly Series[], bounds: Bounds = { lows: [], highs: [] }): Frame | null {
  const first = answers[0];
  if (!first) return null;
  const items = answers.flatMap((answer) => answer.items);
  return {
    fromMs: Date.parse(first.from),
    stepMs: first.stepMs,
    length: Math.max(0, ...items.map((item) => item.values.length)),
    columns: columnsOf(answers),
    counters: new Set(items.filter((item) => item.kind === 'counter').map((item) => item.metric)),
    resolution: first.resolution,
    lows: columnsOf(bounds.lows),
    highs: columnsOf(bounds.highs),
  };
}

function columnsOf(answers: readonly Series[]): Map<string, readonly Value[]> {
  return new Map(answers.flatMap(({ items }) => items.map((item) => [item.metric, item.values])));
}

/** A live report: totals of counters, values of gauges. */
export interface LivePoint {
  readonly atMs: number;
  readonly values: Readonly<Record<string, Value>>;
}

/**
 * The frame with a report added at its end. The oldest steps leave so that the range keeps its length. A counter's total
 * becomes a rate against the `previous` report; without one, or when it went back, the step stays unknown.
 */
export function addPoint(frame: Frame, point: LivePoint, previous: LivePoint | null): Frame {
  const index = Math.floor((point.atMs - frame.fromMs) / frame.stepMs);
  if (index < frame.length - 1) return frame;
  const shift = Math.max(0, index + 1 - frame.length);
  const columns = new Map<string, readonly Value[]>();
  for (const [metric, values] of frame.columns) {
    const grown = [...values, ...new Array<Value>(shift).fill(null)].slice(shift);
    const value = frame.counters.has(metric) ? rate(metric, point, previous) : (point.values[metric] ?? null);
    if (value !== null) grown[grown.length - 1] = value;
    columns.set(metric, grown);
  }
  return { ...frame, fromMs: frame.fromMs + shift * frame.stepMs, columns };
}

function rate(metric: string, point: LivePoint, previous: LivePoint | null): Value {
  const now = point.values[metric] ?? null;
  const before = previous?.values[metric] ?? null;
  if (now === null || before === null || previous === null || now < before) return null;
  const seconds = (point.atMs - previous.atMs) / 1000;
  return seconds > 0 ? (now - before) / seconds : null;
}

/** The beginnings of the steps, in seconds since 1970 as uPlot counts. */
export function stepTimes(frame: Frame): number[] {
  return Array.from({ length: frame.length }, (_, index) => (frame.fromMs + index * frame.stepMs) / 1000);
}

/**
 * A step without a report beside steps with one is the beat of report and grid, when the step is hardly longer than the
 * report interval: those single holes are drawn over (undefined), longer ones stay holes (null).
 */
export function bridgeBeats(values: readonly Value[], stepMs: number, reportIntervalMs: number): (Value | undefined)[] {
  if (stepMs >= 2 * reportIntervalMs) return [...values];
  return values.map((value, index) => {
    const alone = value === null && (values[index - 1] ?? null) !== null && (values[index + 1] ?? null) !== null;
    return alone ? undefined : value;
  });
}

const NICE_STEPS_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1000);
const WANTED_STEPS = 500;
const LEAST_STEPS = 120;

/** From this length on, steps are made from sums, and show between which values they lie. */
export const LONG_STEP_MS = 300_000;

/**
 * The step for a range: of a round length, never shorter than the device reports, and no more of them than a chart has room for.
 * @param widthPx of the chart
 */
export function stepFor(rangeMs: number, reportIntervalMs: number, widthPx: number = WANTED_STEPS): number {
  const wanted = Math.min(WANTED_STEPS, Math.max(LEAST_STEPS, widthPx));
  const least = Math.max(rangeMs / wanted, reportIntervalMs);
  return NICE_STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
}
