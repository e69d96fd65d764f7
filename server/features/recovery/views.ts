import type {
  RecoveryPlan,
  RecoveryPlanDetail,
  RecoveryTarget,
  RecoveryWorstCase,
} from '../../../protocol/api/recovery.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { said } from '../../../protocol/said/said.ts';
import { iso } from '../../domain/iso.ts';
import { holdOf, proposeRpoMs, type WorstCase, worstCaseOfRhythm } from '../../domain/recovery/worst-case.ts';
import { inputOf, type PlanDefinition, tableOf } from './definition.ts';

const MINUTE_MS = 60_000;

type Targets = { readonly rpoMinutes: number | null; readonly rtoMinutes: number | null };

/** What contracts say of recovery; `TermsSource` of server/domain/sla/ is one. */
export interface PlanTerms {
  /** Null without a contract at that instant. */
  at(clientId: string, at: number): { readonly terms: { readonly recovery: Targets } } | null;
}

/** The plan's own target, else that of the contract that is in force at `now`. */
export function targetOf(
  plan: PlanDefinition,
  which: 'rpoMinutes' | 'rtoMinutes',
  terms: PlanTerms,
  now: number,
): RecoveryTarget {
  const own = inputOf(plan)[which];
  if (own !== null) return { minutes: own, from: 'plan' };
  const minutes = terms.at(plan.clientId, now)?.terms.recovery[which] ?? null;
  return { minutes, from: minutes === null ? 'none' : 'contract' };
}

export function planView(plan: PlanDefinition, terms: PlanTerms, now: number): RecoveryPlan {
  return {
    ...inputOf(plan),
    id: plan.id,
    createdAt: iso(plan.createdAt),
    rpo: targetOf(plan, 'rpoMinutes', terms, now),
    rto: targetOf(plan, 'rtoMinutes', terms, now),
  };
}

export function planDetail(plan: PlanDefinition, terms: PlanTerms, now: number): RecoveryPlanDetail {
  const view = planView(plan, terms, now);
  return { ...view, worstCase: worstCaseOf(plan, view.rpo.minutes, now) };
}

function worstCaseOf(plan: PlanDefinition, rpoMinutes: number | null, now: number): RecoveryWorstCase | null {
  const input = inputOf(plan);
  const table = tableOf(input);
  const worst = table && worstCaseOfRhythm(table, input.durationMinutes * MINUTE_MS, now);
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
