import type { Series } from '../../protocol/view.ts';

export type Value = number | null;

/** Values of several metrics on one grid of time; `fromMs + index * stepMs` is where a step begins. */
export interface Frame {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly length: number;
  readonly columns: ReadonlyMap<string, readonly Value[]>;
  readonly counters: ReadonlySet<string>;
}

/** Joins answers about the same range, which differ only in their metrics. */
export function frameOf(answers: readonly Series[]): Frame | null {
  const first = answers[0];
  if (!first) return null;
  const items = answers.flatMap((answer) => answer.items);
  return {
    fromMs: Date.parse(first.from),
    stepMs: first.stepMs,
    length: Math.max(0, ...items.map((item) => item.values.length)),
    columns: new Map(items.map((item) => [item.metric, item.values])),
    counters: new Set(items.filter((item) => item.kind === 'counter').map((item) => item.metric)),
  };
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

const NICE_STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * 1000);
const WANTED_STEPS = 500;

/** The step for a range: about 500 of them, of a round length, and never shorter than the device reports. */
export function stepFor(rangeMs: number, reportIntervalMs: number): number {
  const least = Math.max(rangeMs / WANTED_STEPS, reportIntervalMs);
  return NICE_STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / 3_600_000) * 3_600_000;
}
