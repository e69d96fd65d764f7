import type {
  RecoveryPlan,
  RecoveryPlanDetail,
  RecoveryPlanInput,
  RecoveryPlanPreview,
  RecoveryPlanRow,
  RecoveryStanding,
  RecoveryWorstCase,
} from '../../../protocol/api/recovery.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { said } from '../../../protocol/said/said.ts';
import { iso } from '../../domain/iso.ts';
import type { PlanState } from '../../domain/recovery/plan-state.ts';
import { holdOf, proposeRpoMs, type WorstCase, worstCaseOfRhythm } from '../../domain/recovery/worst-case.ts';
import { inputOf, type PlanDefinition, tableOf } from './definition.ts';
import type { GoneDevices } from './gone-devices.ts';
import type { PingBook } from './pings/ping-book.ts';
import type { RunBook } from './pings/run-book.ts';
import { runView } from './pings/run-view.ts';
import type { PointBook } from './points/point-book.ts';
import { breakView } from './points/point-view.ts';
import { standingOf } from './standing.ts';
import { type PlanTerms, targetOf } from './targets.ts';

const MINUTE_MS = 60_000;

function planView(plan: PlanDefinition, terms: PlanTerms, now: number): RecoveryPlan {
  return {
    ...inputOf(plan),
    id: plan.id,
    createdAt: iso(plan.createdAt),
    rpo: targetOf(plan, 'rpoMinutes', terms, now),
    rto: targetOf(plan, 'rtoMinutes', terms, now),
  };
}

export function planRow(
  plan: PlanDefinition,
  { points, gone }: Pick<Books, 'points' | 'gone'>,
  terms: PlanTerms,
  now: number,
): RecoveryPlanRow {
  const view = planView(plan, terms, now);
  const standing = standingOf(plan, points.of(plan.id), terms, now);
  const since = gone.endOf(plan);
  if (since === null) return { ...view, orphanedAt: null, standing: standingView(view.name, standing, now) };
  const over = {
    stage: 'blind',
    missed: 0,
    dueAt: null,
    breachAt: null,
    said: said('recovery.orphaned', { since }),
  } as const;
  return { ...view, orphanedAt: iso(since), standing: standingView(view.name, { ...standing, ...over }, now) };
}

/** What would come of a plan that is not there yet. */
export function previewOf(plan: PlanDefinition, terms: PlanTerms, now: number): RecoveryPlanPreview {
  const rpo = targetOf(plan, 'rpoMinutes', terms, now);
  const rto = targetOf(plan, 'rtoMinutes', terms, now);
  return { rpo, rto, worstCase: worstCaseOf(plan, rpo.minutes, now) };
}

/** What is held in memory of all plans. */
export interface Books {
  readonly points: PointBook;
  readonly runs: RunBook;
  readonly pings: PingBook;
  readonly gone: GoneDevices;
}

export function planDetail(plan: PlanDefinition, books: Books, terms: PlanTerms, now: number): RecoveryPlanDetail {
  const { points, runs, pings } = books;
  const row = planRow(plan, books, terms, now);
  const broken = points.breakOf(plan.id);
  const { newest } = runs.of(plan.id);
  const ping = pings.of(plan.id);
  return {
    ...row,
    worstCase: worstCaseOf(plan, row.rpo.minutes, now),
    chain: broken && breakView(broken, now),
    lastRun: newest && runView(newest),
    ping: ping && { createdAt: iso(ping.created_at), expiresAt: isoOrNull(ping.expires_at) },
  };
}

function standingView(plan: string, state: PlanState, now: number): RecoveryStanding {
  const { stage, said: how, exposureMs, newestAt, missed, dueAt, breachAt } = state;
  const one = said('recovery.plan', { plan, how });
  const times = { newestAt: isoOrNull(newestAt), dueAt: isoOrNull(dueAt), breachAt: isoOrNull(breachAt) };
  return { stage, sentence: plain(one, now), said: one, exposureMs, missed, ...times };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const DAY_MS = 86_400_000;
/** By what a version of a plan says, which is never changed: the worst case of the year ahead, gone through once a day. */
const worstCases = new WeakMap<RecoveryPlanInput, { readonly day: number; readonly worst: WorstCase | null }>();

function worstCaseAhead(input: RecoveryPlanInput, now: number): WorstCase | null {
  const day = Math.floor(now / DAY_MS);
  const known = worstCases.get(input);
  if (known?.day === day) return known.worst;
  const table = tableOf(input);
  const worst = table && worstCaseOfRhythm(table, input.durationMinutes * MINUTE_MS, now);
  worstCases.set(input, { day, worst });
  return worst;
}

function worstCaseOf(plan: PlanDefinition, rpoMinutes: number | null, now: number): RecoveryWorstCase | null {
  const worst = worstCaseAhead(inputOf(plan), now);
  if (!worst) return null;
  const { exposureMs, from, to } = worst;
  const verdict = rpoMinutes === null ? null : verdictOf(worst, rpoMinutes * MINUTE_MS, now);
  return { exposureMs, from: iso(from), to: iso(to), verdict };
}

function verdictOf(worst: WorstCase, rpo: number, now: number): NonNullable<RecoveryWorstCase['verdict']> {
  const hold = holdOf(worst, rpo);
  const { exposureMs, from, to } = worst;
  const proposal = proposeRpoMs(worst);
  const one =
    hold === 'holds'
      ? said('recovery.target.holds', { rpo, worst: exposureMs })
      : hold === 'sometimes'
        ? said('recovery.target.sometimes', { rpo, worst: exposureMs, from, to, proposal })
        : said('recovery.target.never', { rpo, worst: exposureMs, proposal });
  const proposalMinutes = hold === 'holds' ? null : proposal / MINUTE_MS;
  return { hold, sentence: plain(one, now), said: one, proposalMinutes };
}
