import type { ClocksFrom, OlderIncidents } from '../../../protocol/api/contract.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { fourTimes } from '../../domain/incidents/incident-times.ts';
import { type Computing, pause, recompute, settleBreach, startClock } from '../../domain/sla/clock.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import { withTimes } from '../../domain/sla/known-times.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';

/** Incidents that were open before the contract which covers them was made. */

/** What the first version of a contract makes of the clock of an older incident. */
export interface OlderClock {
  readonly record: IncidentRecord;
  readonly clock: ResponseClock;
  readonly computing: Computing;
}

/** The clock computed anew from its start. */
export function anew({ record, clock, computing }: OlderClock): ResponseClock {
  return withTimes(recompute(clock, computing), fourTimes(record), computing);
}

/** How many get a clock, and how many of them would be late as soon as it counts from their beginning. */
export function countOlder(all: readonly OlderClock[]): OlderIncidents {
  const late = all.filter((older) => {
    const { clock, computing } = older;
    const wasLate = settleBreach(clock, computing.at).outcome === 'breached';
    return !wasLate && settleBreach(anew(older), computing.at).outcome === 'breached';
  });
  return { count: all.length, late: late.length };
}

/** @throws VigiaError conflict if some would be breached at once and nobody said that they may be */
export function requireAnswer({ count, late }: OlderIncidents, clocksFrom: ClocksFrom | undefined): void {
  if (late === 0 || clocksFrom !== undefined) return;
  throw refused('conflict', said('refused.contract.older', { count, late }), { olderIncidents: { count, late } });
}

/** The clock anew from the moment at which the contract was made; what it came to before is kept as an earlier round. */
export function fromToday({ record, clock, computing }: OlderClock): ResponseClock {
  const waiting = clock.pauses.at(-1);
  const started = startClock({
    ...computing,
    startedAt: computing.at,
    reportedAt: clock.reportedAt,
    previous: settleBreach(clock, computing.at),
  });
  // What was marked as not solvable remotely stays marked.
  const round = withTimes({ ...started, onSite: clock.onSite }, fourTimes(record), computing);
  return waiting?.to === null && isUndecided(round) ? pause(round, waiting.by, waiting.reason, computing) : round;
}
