import type { Computing } from './clock.ts';
import { arrive, compute, ended, isContractual, settleBreach, startClock } from './clock.ts';
import { clockEnd, type FourTimes, timeOf } from './clock-ends.ts';
import { closeAt, isUndecided } from './clock-verdict.ts';
import type { ResponseClock } from './response-clock.ts';

/** The clock with what is known of the incident already: other terms may end it at what was reached long ago. */
export function withTimes(clock: ResponseClock, times: FourTimes, computing: Computing): ResponseClock {
  const { under } = computing;
  const { onSite, startedAt, endsAt } = clock;
  const isThere = times.onSiteAt !== null && onSite?.outcome === 'running';
  const known = isThere ? arrive(clock, Math.max(times.onSiteAt, onSite.markedAt)) : clock;
  const reachedAt = timeOf(times, endsAt);
  if (reachedAt === null || known.respondedAt !== null || known.recoveredAt !== null) return known;
  return closeAt(ended(known, computing), Math.max(reachedAt, startedAt), { reachedAt, under });
}

/** What was known of an incident when a person reported it. */
export interface Reported {
  readonly reportedAt: number;
  readonly times: FourTimes;
  /** It is over, and nobody ended it. */
  readonly byItself: boolean;
}

/**
 * A person reported what the incident is about: from the report on the clock is the contract's, and ends where it does for a
 * report. What our internal target came to is kept as an earlier round.
 */
export function reportTo(clock: ResponseClock, report: Reported, computing: Computing): ResponseClock {
  const { reportedAt, times, byItself } = report;
  if (clock.reportedAt !== null && clock.reportedAt <= reportedAt) return clock;
  const settled = settleBreach(clock, computing.at);
  const { under } = computing;
  const isPromised = settled.contractual || !isContractual(under, reportedAt);
  if (isPromised && !isUndecided(settled)) return { ...settled, reportedAt };
  const startedAt = isPromised ? Math.min(settled.startedAt, reportedAt) : reportedAt;
  const endsAt = clockEnd(under.terms, true);
  if (isPromised && startedAt === settled.startedAt && endsAt === settled.endsAt) return { ...settled, reportedAt };
  const round = isPromised
    ? compute({ ...settled, reportedAt, startedAt, endsAt }, computing)
    : keepOnSite(startClock({ ...computing, startedAt, reportedAt, previous: settled }), settled);
  const known = withTimes(round, times, computing);
  if (times.restoredAt === null || !isUndecided(known)) return known;
  return closeAt(ended(known, computing), Math.max(times.restoredAt, startedAt), { reachedAt: null, byItself, under });
}

/** What was marked before stays marked. */
function keepOnSite(round: ResponseClock, { onSite }: ResponseClock): ResponseClock {
  return onSite ? { ...round, onSite } : round;
}
