import type { RecoveryTarget } from '../../../protocol/api/recovery.ts';
import { inputOf, type PlanDefinition } from './definition.ts';

type Targets = { readonly rpoMinutes: number | null; readonly rtoMinutes: number | null };

/** What contracts say of recovery; `TermsSource` of server/domain/sla/ is one. */
export interface PlanTerms {
  /** Oldest first, without overlap; `until` is Infinity for the last one without an end. */
  inForce(clientId: string): readonly {
    readonly from: number;
    readonly until: number;
    readonly terms: { readonly recovery: Targets };
  }[];
  /** Null without a contract at that instant. */
  at(clientId: string, at: number): { readonly terms: { readonly recovery: Targets } } | null;
}

/** The plan's own target, else that of the contract that is in force at `now`. */
export function targetOf(plan: PlanDefinition, which: keyof Targets, terms: PlanTerms, now: number): RecoveryTarget {
  const own = inputOf(plan)[which];
  if (own !== null) return { minutes: own, from: 'plan' };
  const minutes = terms.at(plan.clientId, now)?.terms.recovery[which] ?? null;
  return { minutes, from: minutes === null ? 'none' : 'contract' };
}
