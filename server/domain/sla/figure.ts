import type { AvailabilityFigure, Verdict } from '../../../protocol/api/availability.ts';
import { floorRatio } from '../floor-ratio.ts';
import { type CompactLedger, type Measure, sumTallies, type Tally, wallTime } from './compact-ledger.ts';

/** A time in which one target counts, or none. */
export interface TargetSpan {
  readonly from: number;
  readonly until: number;
  readonly targetPpm: number | null;
}

/** What was measured while one target counted. */
export interface Segment {
  readonly targetPpm: number | null;
  readonly tally: Tally;
  /** The whole segment less what is excluded of it, also of what is still to come: what its budget is computed from. */
  readonly countedMs: number;
}

/** Something that is measured: what is known of it up to `until`, and exclusions also of what is to come. */
export interface Measured {
  readonly ledger: CompactLedger;
  /** Enrolment. */
  readonly from: number;
  /** Until then evidence was looked at. */
  readonly until: number;
  /** Retirement; Infinity while it is in service. */
  readonly end: number;
}

export interface Period {
  readonly from: number;
  readonly to: number;
}

export interface Measurement {
  readonly segments: readonly Segment[];
  /** Of all segments together, so that an outage is one also across a change of the contract; what lies between two is outside. */
  readonly whole: Tally;
  /** Outages that are not over, and how long they have lasted inside: in no average. */
  readonly open: OpenOutages;
}

export interface OpenOutages {
  readonly count: number;
  readonly downMs: number;
}

/** The exact rational arithmetic of targets: parts per million times ms. */
const MILLION = 1_000_000;

/** Measures a subject in a period, clipped to its life and to the times in which the contract counts. */
export function measure(
  { ledger, from, until, end }: Measured,
  period: Period,
  targets: readonly TargetSpan[],
  inside: Measure = wallTime,
): Measurement {
  const segments: Segment[] = [];
  const start = Math.max(period.from, from);
  const stop = Math.min(period.to, end);
  const unbroken: { from: number; to: number }[] = [];
  for (const span of targets) {
    const a = Math.max(start, span.from);
    const b = Math.min(stop, span.until);
    if (b <= a) continue;
    const known = Math.min(b, until);
    const tally = ledger.tally(a, known, inside);
    const ahead = b > until ? ledger.tally(Math.max(a, until), b, inside) : null;
    const aheadMs = ahead ? ahead.upMs + ahead.downMs + ahead.unknownMs : 0;
    segments.push({
      targetPpm: span.targetPpm,
      tally,
      countedMs: tally.upMs + tally.downMs + tally.unknownMs + aheadMs,
    });
    const last = unbroken.at(-1);
    if (last?.to === a) last.to = known;
    else unbroken.push({ from: a, to: known });
  }
  const tallies =
    segments.length === 1
      ? segments.map(({ tally }) => tally)
      : unbroken.map(({ from: a, to: b }) => ledger.tally(a, b, inside));
  const [only] = tallies;
  const whole = only && tallies.length === 1 ? only : sumTallies(tallies);
  const tailMs = tallies.at(-1)?.tailMs ?? 0;
  // Also one that began in a month that is over: nobody knows yet how long its repair takes.
  const isOpen = tailMs > 0 && until < end && ledger.isDown(unbroken.at(-1)?.to ?? until, until);
  return { segments, whole, open: isOpen ? { count: 1, downMs: tailMs } : noOutage };
}

const noOutage: OpenOutages = { count: 0, downMs: 0 };

/** Several measurements as one: sums of milliseconds, each under its own target. */
export function sumMeasurements(measurements: readonly Measurement[]): Measurement {
  return {
    segments: measurements.flatMap(({ segments }) => segments),
    whole: sumTallies(measurements.map(({ whole }) => whole)),
    open: {
      count: measurements.reduce((sum, { open }) => sum + open.count, 0),
      downMs: measurements.reduce((sum, { open }) => sum + open.downMs, 0),
    },
  };
}

/** A figure in numbers alone; {@link figureView} makes the document of it. */
export interface Figure extends Omit<AvailabilityFigure, 'longestOutage'> {
  readonly longest: Tally['longest'];
}

export function figureView(measurement: Measurement): AvailabilityFigure {
  const { longest, ...numbers } = figure(measurement);
  return {
    ...numbers,
    longestOutage: longest && {
      from: new Date(longest.from).toISOString(),
      to: new Date(longest.to).toISOString(),
      durationMs: longest.durationMs,
    },
  };
}

/** The figure that follows from a measurement. No ratio is ever rounded up. */
export function figure({ segments, whole, open }: Measurement): Figure {
  const { upMs, downMs, excludedMs, unknownMs, outages, longest } = whole;
  const knownMs = upMs + downMs;
  const totalMs = knownMs + unknownMs;
  const budget = budgetOf(segments);
  const budgetMs = budget === null ? null : Number(budget / BigInt(MILLION));
  return {
    upMs,
    downMs,
    excludedMs,
    unknownMs,
    ratio: floorRatio(upMs, knownMs),
    coverage: floorRatio(knownMs, totalMs),
    lo: floorRatio(upMs, totalMs),
    hi: floorRatio(upMs + unknownMs, totalMs),
    targetRatio: targetRatio(segments),
    verdict: judge(segments),
    budgetMs,
    budgetLeftMs: budgetMs === null ? null : budgetMs - targetedDownMs(segments),
    outages,
    openOutages: open.count,
    mttrMs: outages === open.count ? null : Math.floor((downMs - open.downMs) / (outages - open.count)),
    mtbfMs: outages === 0 ? null : Math.floor(upMs / outages),
    longest,
  };
}

/**
 * Met if even with all unknown time down the target holds, breached if it fails even with all of it up. Compared exactly:
 * down x 1e6 against the sum of (1e6 - target) x measured time. Where nothing was measured there is no data, whatever was agreed.
 */
export function judge(segments: readonly Segment[]): Verdict {
  let [downMs, unknownMs, measuredMs, untargetedMs, isTargeted] = [0, 0, 0, 0, false];
  let allowed = 0n;
  for (const { targetPpm, tally } of segments) {
    const segmentMs = tally.upMs + tally.downMs + tally.unknownMs;
    if (targetPpm === null) {
      untargetedMs += segmentMs;
      continue;
    }
    isTargeted = true;
    downMs += tally.downMs;
    unknownMs += tally.unknownMs;
    measuredMs += segmentMs;
    allowed += BigInt(MILLION - targetPpm) * BigInt(segmentMs);
  }
  if (measuredMs === 0) return untargetedMs === 0 || isTargeted ? 'no_data' : 'no_target';
  if (BigInt(downMs + unknownMs) * BigInt(MILLION) <= allowed) return 'met';
  return BigInt(downMs) * BigInt(MILLION) > allowed ? 'breached' : 'indeterminate';
}

/** What may be down in the whole period, in ppm x ms; null without a target. */
export function budgetOf(segments: readonly Segment[]): bigint | null {
  let budget: bigint | null = null;
  for (const { targetPpm, countedMs } of segments) {
    if (targetPpm !== null) budget = (budget ?? 0n) + BigInt(MILLION - targetPpm) * BigInt(countedMs);
  }
  return budget;
}

/** Down time under a target: what spends the budget. */
export function targetedDownMs(segments: readonly Segment[]): number {
  let downMs = 0;
  for (const { targetPpm, tally } of segments) if (targetPpm !== null) downMs += tally.downMs;
  return downMs;
}

/** The target, or the mean of several weighted by their time, rounded down. */
function targetRatio(segments: readonly Segment[]): number | null {
  const targeted = segments.filter(({ targetPpm }) => targetPpm !== null);
  const ppm = targeted[0]?.targetPpm;
  if (ppm === undefined || ppm === null) return null;
  if (targeted.every(({ targetPpm }) => targetPpm === ppm)) return ppm / MILLION;
  const total = targeted.reduce((sum, { countedMs }) => sum + BigInt(countedMs), 0n);
  const weighted = targeted.reduce(
    (sum, { targetPpm, countedMs }) => sum + BigInt(targetPpm ?? 0) * BigInt(countedMs),
    0n,
  );
  return total === 0n ? ppm / MILLION : Number((weighted * 1000n) / total) / 1e9;
}
