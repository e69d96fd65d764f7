import type { ResponseClockView } from '../../protocol/api/contract.ts';
import type { Incident } from '../../protocol/api/view.ts';
import { byPriorityThenAge } from './select.ts';

/**
 * How far a response clock has come. `half` and `close`: half and 80 % of the business time are spent. `past`: the time is
 * over and nothing is breached by it, because it is not binding. `recovered`: it ended by itself, which does not count as met.
 * `none`: nothing is due.
 */
export type DeadlineStage = 'calm' | 'half' | 'close' | 'breached' | 'past' | 'paused' | 'met' | 'recovered' | 'none';

/** What a clock says at one moment. `ms` is the time left, over, late or paused, as its stage says; null without a figure. */
export interface Deadline {
  readonly stage: DeadlineStage;
  readonly ms: number | null;
  /** It was answered: the clock stands still for ever. */
  readonly closed: boolean;
}

/** What the response clock says at `nowMs`. The stage moves with the time, even before the server has told of it. */
export function deadlineOf(clock: ResponseClockView, nowMs: number): Deadline {
  const dueMs = clock.dueAt === null ? null : Date.parse(clock.dueAt);
  const answeredMs = clock.respondedAt === null ? null : Date.parse(clock.respondedAt);
  if (clock.outcome === 'met' || clock.outcome === 'recovered') return { stage: clock.outcome, ms: null, closed: true };
  if (clock.outcome === 'breached') {
    return {
      stage: 'breached',
      ms: dueMs === null ? null : (answeredMs ?? nowMs) - dueMs,
      closed: answeredMs !== null,
    };
  }
  if (clock.outcome === 'paused') {
    return {
      stage: 'paused',
      ms: clock.pausedSince === null ? null : nowMs - Date.parse(clock.pausedSince),
      closed: false,
    };
  }
  if (clock.outcome === 'none' || dueMs === null) return { stage: 'none', ms: null, closed: false };
  if (nowMs >= dueMs) return { stage: clock.binding ? 'breached' : 'past', ms: nowMs - dueMs, closed: false };
  return { stage: runningStage(clock, nowMs), ms: dueMs - nowMs, closed: false };
}

function runningStage({ halfAt, warnAt }: ResponseClockView, nowMs: number): DeadlineStage {
  if (warnAt !== null && nowMs >= Date.parse(warnAt)) return 'close';
  return halfAt !== null && nowMs >= Date.parse(halfAt) ? 'half' : 'calm';
}

/** The clock of being on site as a clock of its own, for the same display; null unless it was marked. */
export function onSiteClock(clock: ResponseClockView): ResponseClockView | null {
  if (clock.onSite === null) return null;
  const { markedAt, dueAt, arrivedAt, outcome } = clock.onSite;
  const atShare = (share: number) =>
    new Date(Date.parse(markedAt) + share * (Date.parse(dueAt) - Date.parse(markedAt))).toISOString();
  return {
    ...clock,
    outcome,
    contractual: true,
    binding: true,
    startedAt: markedAt,
    dueAt,
    halfAt: atShare(0.5),
    warnAt: atShare(0.8),
    respondedAt: arrivedAt,
    endsAt: 'on_site',
    recoveredAt: outcome === 'recovered' ? clock.recoveredAt : null,
    targetMs: Date.parse(dueAt) - Date.parse(markedAt),
    pausedSince: null,
    onSite: null,
  };
}

interface Place {
  readonly rank: number;
  readonly dueMs: number;
}

const NOWHERE: Place = { rank: 3, dueMs: 0 };

/** Due times that bind come first, the breached before the rest because they are earlier; then what is only shown or paused. */
function placeOf({ state, clock }: Incident): Place {
  if (clock === null || state === 'resolved') return NOWHERE;
  return [clock, onSiteClock(clock)].reduce<Place>((best, each) => {
    if (each === null || each.respondedAt !== null) return best;
    const rank = { breached: 0, running: each.binding ? 1 : 2, paused: 2, met: 3, recovered: 3, none: 3 }[each.outcome];
    const place = rank === 3 ? NOWHERE : { rank, dueMs: each.dueAt === null ? Infinity : Date.parse(each.dueAt) };
    return comparePlaces(place, best) < 0 ? place : best;
  }, NOWHERE);
}

function comparePlaces(a: Place, b: Place): number {
  return a.rank - b.rank || Math.sign(a.dueMs - b.dueMs) || 0;
}

/** Breached first, then the nearest due time, then those that nothing waits for: by priority and age. */
export function byDeadline(a: Incident, b: Incident): number {
  return comparePlaces(placeOf(a), placeOf(b)) || byPriorityThenAge(a, b);
}
