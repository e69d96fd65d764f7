import { floorRatio } from '../floor-ratio.ts';
import { ExposureLine } from './exposure-line.ts';
import { allOpen, closedMs, type OpenTime } from './open-time.ts';
import type { RecoveryPoint } from './point.ts';

/** Half-open, ms since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A time in which one RPO counts, or none. */
export interface RpoSpan {
  readonly from: number;
  readonly until: number;
  readonly rpoMs: number | null;
}

/** A plan as far as its attainment goes. */
export interface MeasuredPlan {
  readonly lines: PlanLines;
  /** When it was made; before that nothing was promised. */
  readonly from: number;
  /** When it ends; Infinity while it goes on. */
  readonly end: number;
  /** When nobody could look, and what was missed was not made up for since. Sorted, without overlap. */
  readonly blind: readonly Span[];
}

/** The points of one plan, as three lines that each hold what the one before holds. */
export interface PlanLines {
  readonly verified: ExposureLine;
  readonly complete: ExposureLine;
  readonly possible: ExposureLine;
}

export function linesOf(points: readonly RecoveryPoint[], open: OpenTime = allOpen): PlanLines {
  const verified = ExposureLine.of(points, 'verified', open);
  const complete = ExposureLine.of(points, 'complete', open);
  return { verified, complete, possible: ExposureLine.of(points, 'possible', open) };
}

/** A partition of a period, exact to the ms: the sum is the period. */
export interface RpoTally {
  /** Within the RPO by a point that was verified. */
  readonly verifiedMs: number;
  /** Within it only by a point that is whole, but was never verified. */
  readonly unverifiedMs: number;
  readonly breachedMs: number;
  /** Within it if a point of which that is not known is whole, or while nobody could look. */
  readonly unknownMs: number;
  /** Closed days. */
  readonly closedMs: number;
  /** Before the plan, after its end, still to come, or without an RPO. */
  readonly outsideMs: number;
}

export type RpoVerdict = 'met' | 'breached' | 'indeterminate' | 'no_data';

/** What a period's tally says. No ratio is ever rounded up. */
export interface Attainment {
  readonly tally: RpoTally;
  /**
   * Share of the measured time with an exposure within the RPO, 0..1: at least so much. Null where nothing was measured, and where no
   * point is known to be whole: a plan whose completeness is unknown counts in no attainment.
   */
  readonly ratio: number | null;
  /** The same by verified points alone. */
  readonly verifiedRatio: number | null;
  /** What it would be if all that is unknown were well. */
  readonly hi: number | null;
  readonly verdict: RpoVerdict;
}

export const emptyTally: RpoTally = {
  verifiedMs: 0,
  unverifiedMs: 0,
  breachedMs: 0,
  unknownMs: 0,
  closedMs: 0,
  outsideMs: 0,
};

const MILLION = 1_000_000n;
const EXACT_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1e6);

/**
 * How the exposure of a plan was in [from, to), as far as that is past. What was verified later was whole before: it counts from when
 * it could be restored.
 */
export function tallyRpo(
  { lines, from, end, blind }: MeasuredPlan,
  period: Span,
  rpos: readonly RpoSpan[],
  now: number,
): RpoTally {
  const start = Math.max(period.from, from);
  const stop = Math.min(period.to, end, now);
  let [verifiedMs, withinMs, perhapsMs, openMs, closed] = [0, 0, 0, 0, 0];
  for (const { from: since, until, rpoMs } of rpos) {
    const [a, b] = [Math.max(start, since), Math.min(stop, until)];
    if (b <= a || rpoMs === null) continue;
    const closedHere = closedMs(lines.complete.open, a, b);
    closed += closedHere;
    const openHere = b - a - closedHere;
    const within = lines.complete.withinMs(a, b, rpoMs);
    openMs += openHere;
    withinMs += within;
    verifiedMs += lines.verified.withinMs(a, b, rpoMs);
    // Where all of it is within, nothing is left that might be.
    const isLeft = within < openHere;
    perhapsMs += isLeft ? lines.possible.withinMs(a, b, rpoMs) + notSeenMs(lines.possible, blind, a, b, rpoMs) : within;
  }
  const lengthMs = Math.max(0, period.to - period.from);
  return {
    verifiedMs,
    unverifiedMs: withinMs - verifiedMs,
    breachedMs: openMs - perhapsMs,
    unknownMs: perhapsMs - withinMs,
    closedMs: closed,
    outsideMs: lengthMs - openMs - closed,
  };
}

/** Time of a span in which nobody could look, and which no point that may be whole covers. */
function notSeenMs(possible: ExposureLine, blind: readonly Span[], from: number, to: number, rpoMs: number): number {
  let sum = 0;
  for (const span of blind) {
    const [a, b] = [Math.max(from, span.from), Math.min(to, span.to)];
    if (b > a) sum += b - a - closedMs(possible.open, a, b) - possible.withinMs(a, b, rpoMs);
  }
  return sum;
}

/** Tallies of parts of a period, or of several plans, as one. */
export function sumTallies(tallies: Iterable<RpoTally>): RpoTally {
  let [verifiedMs, unverifiedMs, breachedMs, unknownMs, closed, outsideMs] = [0, 0, 0, 0, 0, 0];
  for (const tally of tallies) {
    verifiedMs += tally.verifiedMs;
    unverifiedMs += tally.unverifiedMs;
    breachedMs += tally.breachedMs;
    unknownMs += tally.unknownMs;
    closed += tally.closedMs;
    outsideMs += tally.outsideMs;
  }
  return { verifiedMs, unverifiedMs, breachedMs, unknownMs, closedMs: closed, outsideMs };
}

/** @param targetPpm share of the time that was promised, in parts per million: 1,000,000 where a breach of any length is one */
export function attainment(tally: RpoTally, targetPpm = 1_000_000): Attainment {
  const { verifiedMs, unverifiedMs, unknownMs, breachedMs } = tally;
  const withinMs = verifiedMs + unverifiedMs;
  const measuredMs = withinMs + unknownMs + breachedMs;
  const isUnproven = withinMs === 0 && unknownMs > 0;
  return {
    tally,
    ratio: isUnproven ? null : floorRatio(withinMs, measuredMs),
    verifiedRatio: isUnproven ? null : floorRatio(verifiedMs, measuredMs),
    hi: floorRatio(withinMs + unknownMs, measuredMs),
    verdict: judge(withinMs, unknownMs, measuredMs, targetPpm),
  };
}

/** Met if the promise holds even if nothing unknown was well, breached if it fails even if all of it was. Exact. */
function judge(withinMs: number, unknownMs: number, measuredMs: number, targetPpm: number): RpoVerdict {
  if (measuredMs === 0) return 'no_data';
  // As far as it goes, in numbers that are exact: that is a quarter of a year.
  if (measuredMs <= EXACT_MS) {
    const wanted = targetPpm * measuredMs;
    if (withinMs * 1e6 >= wanted) return 'met';
    return (withinMs + unknownMs) * 1e6 < wanted ? 'breached' : 'indeterminate';
  }
  const wanted = BigInt(targetPpm) * BigInt(measuredMs);
  if (BigInt(withinMs) * MILLION >= wanted) return 'met';
  return BigInt(withinMs + unknownMs) * MILLION < wanted ? 'breached' : 'indeterminate';
}
