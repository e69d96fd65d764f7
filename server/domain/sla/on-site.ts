import type { ClockOutcome, ContractTerms } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';

/** The clock of being on site, which runs by the wall clock, day and night. Times are ms since 1970. */
export interface OnSiteClock {
  /** From when on the time counts: the report, or when it was marked as not solvable remotely. */
  readonly markedAt: number;
  readonly from: ContractTerms['onSiteFrom'];
  readonly dueAt: number;
  readonly arrivedAt: number | null;
  readonly outcome: ClockOutcome;
}

const MINUTE_MS = 60_000;

/** A new one. */
export function startOnSite(startedAt: number, minutes: number, from: ContractTerms['onSiteFrom']): OnSiteClock {
  return { markedAt: startedAt, from, dueAt: startedAt + minutes * MINUTE_MS, arrivedAt: null, outcome: 'running' };
}

/**
 * What becomes of it when priority or terms change. One that counts from the report exists as long as an emergency is contractual
 * and a time on site agreed; one that a person marked stays. A verdict stands.
 */
export function recomputeOnSite(
  before: OnSiteClock | null,
  { contractual, startedAt }: { readonly contractual: boolean; readonly startedAt: number },
  { priority, terms, at }: { readonly priority: Priority; readonly terms: ContractTerms; readonly at: number },
): OnSiteClock | null {
  const settled = before && settleOnSite(before, at);
  if (settled && (settled.outcome !== 'running' || settled.from === 'not_remotely')) return settled;
  const { onSiteMinutes } = terms.emergency;
  const isAgreed = contractual && priority === 'emergency' && onSiteMinutes !== null && terms.onSiteFrom === 'report';
  return isAgreed ? startOnSite(startedAt, onSiteMinutes, 'report') : null;
}

/** A due time that has passed is a breach, whenever that is noticed. */
export function settleOnSite(onSite: OnSiteClock, now: number): OnSiteClock {
  return onSite.outcome === 'running' && now > onSite.dueAt ? { ...onSite, outcome: 'breached' } : onSite;
}

/** Somebody is there. */
export function arriveOnSite(onSite: OnSiteClock, at: number): OnSiteClock {
  if (onSite.arrivedAt !== null) return onSite;
  const inTime = onSite.outcome === 'running' && at <= onSite.dueAt;
  return { ...onSite, arrivedAt: at, outcome: inTime ? 'met' : 'breached' };
}
