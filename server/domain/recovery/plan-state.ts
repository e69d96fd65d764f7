import { type Said, said as say } from '../../../protocol/said/said.ts';
import type { ExposureLine } from './exposure-line.ts';
import type { Plan, PlanKnowledge, RecoveryPriority } from './plan.ts';
import { dueAfter, type Timetable } from './rhythm.ts';

/**
 * - `kept`: within the RPO, and nothing is late
 * - `overdue`: one run is missed; `at_risk`: two or more are
 * - `breached`: the exposure is over the RPO
 * - `unproven`: within it only if a point is whole of which that is not known
 * - `blind`: nobody can look, and what is known is not enough
 */
export type Stage = 'kept' | 'overdue' | 'at_risk' | 'breached' | 'unproven' | 'blind';

export interface PlanState {
  readonly stage: Stage;
  /** Null where nothing is to be raised. */
  readonly priority: RecoveryPriority | null;
  /** What would be lost now, ms without closed days; null where there is no point. */
  readonly exposureMs: number | null;
  readonly newestAt: number | null;
  /** How many runs were missed since, at most {@link MOST_MISSED}. */
  readonly missed: number;
  /** When the first run was due that is missed, or the next one is. */
  readonly dueAt: number | null;
  /** The last instant within the RPO if nothing more comes; null without an RPO or a point. */
  readonly breachAt: number | null;
  /** How long it is until then; negative: how long it is breached. */
  readonly leadMs: number | null;
  /** When it is to be looked at again, if no point comes before; null: never. */
  readonly nextChangeAt: number | null;
  readonly said: Said;
}

export const MOST_MISSED = 1_000;
const MINUTE_MS = 60_000;
const LEAST_GRACE_MS = 5 * MINUTE_MS;
const MOST_GRACE_MS = 120 * MINUTE_MS;
/** Clocks differ, and a run is not early for that. */
const EARLY_MS = 2 * MINUTE_MS;

/** How a plan stands at `now`. @throws RangeError for a zone that does not exist */
export function planState(plan: Plan, known: PlanKnowledge, now: number): PlanState {
  const { complete, possible } = known;
  const { rpoMs } = plan;
  const newestAt = complete.newestAt(now);
  const perhapsAt = possible.newestAt(now);
  // Of a plan without a point everything since it was made would be lost.
  const proven = spanOf(newestAt ?? plan.from, rpoMs, complete, now);
  const perhaps = spanOf(perhapsAt ?? plan.from, rpoMs, complete, now);
  const runs = countMissed(plan, perhapsAt ?? plan.from, perhaps.until, now);
  const breachAt = proven.isOver ? perhaps.until : proven.until;
  const verdict = verdictOf(plan, known, { newestAt, perhapsAt, proven, perhaps, runs, breachAt }, now);
  return {
    ...verdict,
    exposureMs: newestAt === null ? null : proven.exposureMs,
    newestAt,
    missed: runs.missed,
    dueAt: runs.dueAt,
    breachAt,
    leadMs: breachAt === null ? null : breachAt - now,
    nextChangeAt: earliest([runs.deadline, nextBreach(proven.until, now), nextBreach(perhaps.until, now)]),
  };
}

/** What there would be to lose now, and until when that is within the RPO. */
interface Exposure {
  readonly exposureMs: number;
  readonly until: number | null;
  readonly isOver: boolean;
}

function spanOf(since: number, rpoMs: number | null, { open }: ExposureLine, now: number): Exposure {
  const exposureMs = open.toOpen(now) - open.toOpen(since);
  if (rpoMs === null) return { exposureMs, until: null, isOver: false };
  return { exposureMs, until: open.toWall(open.toOpen(since) + rpoMs), isOver: exposureMs > rpoMs };
}

interface Findings {
  readonly newestAt: number | null;
  readonly perhapsAt: number | null;
  readonly proven: Exposure;
  readonly perhaps: Exposure;
  readonly runs: Missed;
  readonly breachAt: number | null;
}

function verdictOf(
  { from, rpoMs }: Plan,
  { blindSince }: PlanKnowledge,
  { newestAt, perhapsAt, proven, perhaps, runs, breachAt }: Findings,
  now: number,
): Pick<PlanState, 'stage' | 'priority' | 'said'> {
  if (blindSince !== null && blindSince <= now && (proven.isOver || runs.missed > 0)) {
    return { stage: 'blind', priority: null, said: say('recovery.blind', { since: blindSince }) };
  }
  const { exposureMs } = perhaps;
  if (perhaps.isOver && rpoMs !== null && breachAt !== null) {
    const isEmpty = perhapsAt === null;
    const breached = say('recovery.breached', { exposure: exposureMs, rpo: rpoMs, since: breachAt });
    const said = isEmpty ? say('recovery.no-point', { since: from }) : breached;
    return { stage: 'breached', priority: 'high', said };
  }
  if (runs.missed > 0 && runs.dueAt !== null) {
    const params = { due: runs.dueAt, missed: runs.missed, breach: breachAt };
    if (runs.missed === 1) return { stage: 'overdue', priority: 'normal', said: say('recovery.overdue', params) };
    return { stage: 'at_risk', priority: 'medium', said: say('recovery.at-risk', params) };
  }
  if (perhapsAt === null) return { stage: 'kept', priority: null, said: say('recovery.no-point', { since: from }) };
  if (proven.isOver || newestAt === null) {
    return { stage: 'unproven', priority: null, said: say('recovery.unproven', { exposure: exposureMs, rpo: rpoMs }) };
  }
  const said = say('recovery.kept', { exposure: proven.exposureMs, rpo: rpoMs, next: runs.dueAt });
  return { stage: 'kept', priority: null, said };
}

interface Missed {
  readonly missed: number;
  /** Of the first that is missed, else of the next. */
  readonly dueAt: number | null;
  /** When the next is missed; null if none comes. */
  readonly deadline: number | null;
}

function countMissed(plan: Plan, newestAt: number, breachAt: number | null, now: number): Missed {
  const { table } = plan;
  if (table === null) return { missed: 0, dueAt: null, deadline: null };
  let missed = 0;
  let dueAt: number | null = null;
  for (const [due, next] of withNext(dueAfter(table, newestAt + earlyMs(table)))) {
    const deadline = due + plan.durationMs + graceMs(plan, table, due, next, breachAt);
    dueAt ??= due;
    if (deadline > now) return { missed, dueAt, deadline };
    missed += 1;
    if (missed >= MOST_MISSED) break;
  }
  return { missed, dueAt, deadline: null };
}

/** Never so long that the breach would come without a warning: at most half of what is left between the run's end and it. */
function graceMs(
  { graceMs: own, durationMs }: Plan,
  table: Timetable,
  due: number,
  next: number,
  breachAt: number | null,
): number {
  const grace = own ?? usualGraceMs(table, due, next);
  const slackMs = breachAt === null ? 0 : breachAt - (due + durationMs);
  return slackMs > 0 ? Math.min(grace, Math.floor(slackMs / 2)) : grace;
}

function usualGraceMs({ rhythm }: Timetable, due: number, next: number): number {
  const gap = rhythm.kind === 'interval' ? rhythm.everyMs : next - due;
  return Math.min(MOST_GRACE_MS, Math.max(LEAST_GRACE_MS, Math.floor(gap / 10)));
}

/** Each instant with the one after it; the last with itself. */
function* withNext(instants: Iterable<number>): Generator<[at: number, next: number]> {
  let before: number | null = null;
  for (const at of instants) {
    if (before !== null) yield [before, at];
    before = at;
  }
  if (before !== null) yield [before, before];
}

/** By so much a run may begin before it is due: less where they follow one another closely. */
function earlyMs({ rhythm }: Timetable): number {
  if (rhythm.kind === 'interval') return 0;
  const { times } = rhythm.cron;
  const least = Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  return Math.min(EARLY_MS, Math.floor((least * MINUTE_MS) / 4));
}

/** One ms later it is breached. */
function nextBreach(breachAt: number | null, now: number): number | null {
  return breachAt === null || breachAt + 1 <= now ? null : breachAt + 1;
}

function earliest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
}
