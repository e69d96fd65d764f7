import type { ExposureLine } from './exposure-line.ts';
import { openTimeOf } from './open-time.ts';
import { dueAfter, median, type Timetable } from './rhythm.ts';

/** The largest exposure that a plan comes to although every run succeeds: finish(i+1) - start(i), ms without closed days. */
export interface WorstCase {
  readonly exposureMs: number;
  /** Between the start of which backup, and the end of the next, it is reached. */
  readonly from: number;
  readonly to: number;
  /** The usual time from one start to the next. */
  readonly usualGapMs: number;
  /** What the exposure comes to in the best case. */
  readonly leastMs: number;
}

/**
 * - `holds`: also in the worst case
 * - `sometimes`: not each time, such as after a weekend or when the clocks change
 * - `never`: it is breached before each backup, although every one succeeds
 */
export type Hold = 'holds' | 'sometimes' | 'never';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Longer than a year, so that all its clock changes are among them. */
const LOOK_AHEAD_DAYS = 400;
const LEAST_RUNS = 14;
const MOST_RUNS = 200_000;

/**
 * What follows from a rhythm and how long a run takes, from `now` on.
 * @returns null if it comes less than twice in the years ahead
 */
export function worstCaseOfRhythm(table: Timetable, durationMs: number, now: number): WorstCase | null {
  const starts: number[] = [];
  for (const at of dueAfter(table, now)) {
    starts.push(at);
    if (starts.length >= MOST_RUNS || (at > now + LOOK_AHEAD_DAYS * DAY_MS && starts.length >= LEAST_RUNS)) break;
  }
  const open = openTimeOf(table.closed, table.timeZone, now, (starts.at(-1) ?? now) + durationMs);
  return worstOf(
    starts.slice(1).map((start, index) => {
      const before = starts[index] ?? start;
      const to = start + durationMs;
      const exposureMs = open.toOpen(to) - open.toOpen(before);
      return { exposureMs, from: before, to, gapMs: open.toOpen(start) - open.toOpen(before) };
    }),
  );
}

/** What was, by the points of a plan up to `now`. The exposure that still lasts is none of it. @returns null for fewer than two */
export function worstCaseOfHistory(line: ExposureLine, now: number): WorstCase | null {
  const steps = line.steps(now);
  return worstOf(
    steps.slice(1).map(({ at, start }, index) => {
      const before = steps[index]?.start ?? start;
      const gapMs = line.open.toOpen(start) - line.open.toOpen(before);
      return { exposureMs: line.open.toOpen(at) - line.open.toOpen(before), from: before, to: at, gapMs };
    }),
  );
}

export function holdOf({ exposureMs, leastMs }: WorstCase, rpoMs: number): Hold {
  if (exposureMs <= rpoMs) return 'holds';
  return leastMs > rpoMs ? 'never' : 'sometimes';
}

/**
 * A target that such a plan can keep: the usual gap and a twelfth of it for a run that takes longer (26 h for a daily plan), but no
 * less than the worst case. In whole hours from six on, else in five minutes.
 */
export function proposeRpoMs({ exposureMs, usualGapMs }: WorstCase): number {
  const wanted = Math.max(exposureMs, usualGapMs + usualGapMs / 12);
  const grain = wanted >= 6 * HOUR_MS ? HOUR_MS : 5 * MINUTE_MS;
  return Math.ceil(wanted / grain) * grain;
}

interface Case {
  readonly exposureMs: number;
  readonly from: number;
  readonly to: number;
  readonly gapMs: number;
}

function worstOf(cases: readonly Case[]): WorstCase | null {
  const [first, ...others] = cases;
  if (first === undefined) return null;
  let [worst, leastMs] = [first, first.exposureMs];
  for (const one of others) {
    if (one.exposureMs > worst.exposureMs) worst = one;
    if (one.exposureMs < leastMs) leastMs = one.exposureMs;
  }
  const { exposureMs, from, to } = worst;
  return { exposureMs, from, to, leastMs, usualGapMs: median(cases.map(({ gapMs }) => gapMs)) ?? exposureMs };
}
