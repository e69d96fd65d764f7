import type { Computing } from '../../server/domain/sla/clock.ts';
import type { FourTimes } from '../../server/domain/sla/clock-ends.ts';
import { type Reported, withTimes } from '../../server/domain/sla/known-times.ts';
import type { ResponseClock } from '../../server/domain/sla/response-clock.ts';

export const unreached: FourTimes = { acknowledgedAt: null, respondedAt: null, onSiteAt: null, restoredAt: null };

/** A person acknowledges, at the time of the computation. */
export function respond(clock: ResponseClock, computing: Computing): ResponseClock {
  return withTimes(clock, { ...unreached, acknowledgedAt: computing.at }, computing);
}

/** A report of an incident that people had answered by then, or of one that nobody had. */
export function reported(reportedAt: number, answeredAt: number | null = null): Reported {
  return {
    reportedAt,
    times: { ...unreached, acknowledgedAt: answeredAt, respondedAt: answeredAt },
    byItself: false,
  };
}
