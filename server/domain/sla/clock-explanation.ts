import type { ClockEnd, ClockExplanation } from '../../../protocol/api/contract.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { formatDuration, formatServiceHours } from '../wording.ts';
import { formatLocal, localMinute } from './local-time.ts';
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
  return {
    sentence: sentenceOf(clock, targetMs),
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

function sentenceOf(clock: ResponseClock, targetMs: number | null): string {
  const { startedAt, dueAt, timeZone, contractual, binding } = clock;
  const began = `${contractual ? 'The clock' : 'The clock of our internal target'} started ${formatLocal(startedAt, timeZone)}`;
  if (targetMs === null) return `${began}; no response time is agreed.`;
  const kind = clock.aroundTheClock ? '' : ' of service hours';
  const target = `${formatServiceHours(targetMs)}${kind}${binding ? '' : ' (shown, never breached)'}`;
  const paused = clock.pauses.reduce((sum, { from, to }) => sum + (to === null ? 0 : to - from), 0);
  const waited = paused > 0 ? ` Waiting for the client took ${formatDuration(paused)}, in which it stood still.` : '';
  if (clock.outcome === 'paused')
    return `${began} with ${target}; it stands still while we wait for the client.${waited}`;
  const due =
    dueAt === null ? 'its hours never suffice' : `${dueNouns[clock.endsAt]} is due ${localMinute(dueAt, timeZone)}`;
  return `${began}; after ${target} ${due}.${waited}${verdictOf(clock)}`;
}

function verdictOf({ outcome, respondedAt, recoveredAt, dueAt, timeZone, endsAt }: ResponseClock): string {
  if (recoveredAt !== null) {
    const recovered = `it recovered by itself ${localMinute(recoveredAt, timeZone)}`;
    if (outcome === 'met') return ` Met: ${recovered}, which the contract counts.`;
    if (outcome === 'breached') return ` Breached: ${recovered}, too late.`;
    return ` Not counted: ${recovered}.`;
  }
  if (respondedAt === null) {
    if (outcome === 'breached') return ` Breached: ${notYet[endsAt]} by then.`;
    return outcome === 'met' ? ' Met: it was resolved before.' : '';
  }
  const reached = `${done[endsAt]} ${localMinute(respondedAt, timeZone)}`;
  if (outcome === 'none' || dueAt === null) return ` ${reached[0]?.toUpperCase()}${reached.slice(1)}.`;
  const distance = formatDuration(Math.abs(dueAt - respondedAt));
  return outcome === 'met' ? ` Met: ${reached}, ${distance} before.` : ` Breached: ${reached}, ${distance} late.`;
}

const notYet: Record<ClockEnd, string> = {
  acknowledged: 'nobody had acknowledged it',
  responded: 'nobody had responded',
  on_site: 'nobody was on site',
  restored: 'it was not restored',
};

const done: Record<ClockEnd, string> = {
  acknowledged: 'a person acknowledged it',
  responded: 'a person responded',
  on_site: 'somebody was on site',
  restored: 'it was restored',
};

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** What is due. */
const dueNouns: Record<ClockEnd, string> = {
  acknowledged: 'the acknowledgement',
  responded: 'the response',
  on_site: 'being on site',
  restored: 'the restoration',
};
