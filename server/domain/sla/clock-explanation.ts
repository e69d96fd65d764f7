import type { ClockExplanation } from '../../../protocol/api/contract.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ClockTerms, ResponseClock } from './response-clock.ts';
import { aroundTheClock, serviceHours } from './service-hours.ts';
import { pauseLabel, walkForward } from './walk.ts';

/** How a due time came about, stretch by stretch. `under`: the terms of the clock's last computation. */
export function explainClock(clock: ResponseClock, under: ClockTerms, now: number): Omit<ClockExplanation, 'clock'> {
  const hours = serviceHours(under.terms, under.siteId);
  const calendar = clock.aroundTheClock ? aroundTheClock(hours.timeZone) : hours;
  const targetMs = clock.computations.at(-1)?.targetMs ?? null;
  const walked = targetMs === null ? [] : walkForward(calendar, clock.startedAt, targetMs, clock.pauses).stretches;
  const waiting = clock.pauses.find(({ to }) => to === null);
  const still = waiting && {
    from: waiting.from,
    to: Math.max(now, waiting.from),
    kind: 'paused' as const,
    label: pauseLabel(waiting),
    businessMs: 0,
  };
  const explained = sayExplained(clock, targetMs);
  return {
    sentence: plain(explained, now),
    said: explained,
    stretches: [...walked, ...(still ? [still] : [])].map((each) => ({
      ...each,
      from: iso(each.from),
      to: iso(each.to),
    })),
    pauses: clock.pauses.map((each) => ({ ...each, from: iso(each.from), to: each.to === null ? null : iso(each.to) })),
    computations: clock.computations.map((each) => ({
      ...each,
      why: plain(each.why, each.at),
      said: each.why,
      at: iso(each.at),
      dueAt: each.dueAt === null ? null : iso(each.dueAt),
    })),
  };
}

function sayExplained(clock: ResponseClock, targetMs: number | null): Said {
  const pausedMs = clock.pauses.reduce((sum, { from, to }) => sum + (to === null ? 0 : to - from), 0);
  return said('clock.explained', {
    startedAt: clock.startedAt,
    isContractual: clock.contractual,
    targetMs,
    isAlways: clock.aroundTheClock,
    isFirm: clock.binding,
    isWaiting: clock.outcome === 'paused',
    end: clock.endsAt,
    dueAt: clock.dueAt,
    waitedMs: pausedMs > 0 ? pausedMs : null,
    verdict: sayVerdict(clock),
  });
}

function sayVerdict({ outcome, respondedAt, recoveredAt, dueAt, endsAt: end }: ResponseClock): Said | null {
  const decided = outcome === 'met' || outcome === 'breached' ? outcome : 'none';
  if (recoveredAt !== null) return said('clock.recovered', { outcome: decided, at: recoveredAt });
  if (respondedAt === null) {
    if (outcome === 'breached') return said('clock.not-reached', { end });
    return outcome === 'met' ? said('clock.resolved-before') : null;
  }
  const isDue = outcome !== 'none' && dueAt !== null;
  const reached = !isDue ? 'none' : outcome === 'met' ? 'met' : 'breached';
  return said('clock.reached', {
    end,
    at: respondedAt,
    outcome: reached,
    byMs: isDue ? Math.abs(dueAt - respondedAt) : 0,
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
