import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { clockEnd } from './clock-ends.ts';
import { closeAt, isUndecided, recoveredOutcome } from './clock-verdict.ts';
import { arriveOnSite, recomputeOnSite, startOnSite } from './on-site.ts';
import type { ClockPause, ClockTerms, ClosedRound, ResponseClock } from './response-clock.ts';
import { contractEnd, sayMissed, sayTerms, sayWarning } from './say-clock.ts';
import { aroundTheClock, serviceHours } from './service-hours.ts';
import { targetOf } from './tiers.ts';
import { spentAt, type Walk, walkForward } from './walk.ts';

export interface Computing {
  readonly at: number;
  readonly priority: Priority;
  readonly under: ClockTerms;
  /** What caused the computation. */
  readonly cause: Said;
}

const nothingDue: Walk = { dueAt: null, stretches: [] };
const MAX_COMPUTATIONS = 200;
const MAX_EARLIER = 50;

/** A new clock, or the next round of one that was closed. */
export function startClock(
  begin: Computing & {
    readonly startedAt: number;
    readonly reportedAt: number | null;
    readonly previous: ResponseClock | null;
  },
): ResponseClock {
  const { startedAt, reportedAt, previous, under } = begin;
  const blank: ResponseClock = {
    endsAt: clockEnd(under.terms, reportedAt !== null),
    startedAt,
    reportedAt,
    contractual: isContractual(under, reportedAt),
    binding: true,
    aroundTheClock: false,
    timeZone: under.terms.calendar.timeZone,
    computations: previous?.computations ?? [],
    pauses: [],
    halfAt: null,
    warnAt: null,
    dueAt: null,
    respondedAt: null,
    recoveredAt: null,
    outcome: 'none',
    warnedAt: null,
    breachToldAt: null,
    onSite: null,
    earlier: previous ? [...previous.earlier, closedRound(previous)].slice(-MAX_EARLIER) : [],
  };
  return compute(blank, begin);
}

/**
 * The same clock for another priority or other terms, from its start. Once the verdict stands it stays; the clock of being on
 * site is decided apart.
 */
export function recompute(clock: ResponseClock, computing: Computing): ResponseClock {
  const settled = settleBreach(clock, computing.at);
  if (!isUndecided(settled)) return withOnSite(settled, computing);
  const { reportedAt } = settled;
  const { under } = computing;
  const contractual = isContractual(under, reportedAt);
  return compute({ ...settled, contractual, endsAt: clockEnd(under.terms, reportedAt !== null) }, computing);
}

/** Business time stands still while we wait for the client. */
export function pause(clock: ResponseClock, by: string, reason: string, computing: Computing): ResponseClock {
  const added = { from: computing.at, to: null, reason, by };
  return compute({ ...clock, pauses: [...clock.pauses, added] }, computing);
}

/** Unchanged once the verdict stands. */
export function resume(clock: ResponseClock, computing: Computing): ResponseClock {
  const settled = settleBreach(clock, computing.at);
  if (!isUndecided(settled)) return settled;
  return compute({ ...settled, pauses: endPauses(settled, computing.at) }, computing);
}

/** How an incident was resolved. */
export interface Resolution {
  /** Nobody resolved it: what was wrong is no longer. */
  readonly byItself: boolean;
  /** A person had taken it before. */
  readonly isTaken: boolean;
}

/**
 * The incident is over. Before the due time that is as good as a response and as being on site, unless it ended by itself: that
 * is told apart, and counts as met only where the terms say so. What ends after a person took it was restored.
 */
export function resolve(
  clock: ResponseClock,
  computing: Computing,
  { byItself, isTaken }: Resolution = { byItself: false, isTaken: true },
): ResponseClock {
  const { at, under } = computing;
  const isRestored = !byItself || isTaken;
  const reachedAt = clock.endsAt === 'restored' && isRestored ? at : null;
  const closed =
    clock.respondedAt === null ? closeAt(ended(clock, computing), at, { reachedAt, byItself, under }) : clock;
  const { onSite } = closed;
  if (onSite?.outcome !== 'running') return closed;
  const inTime = isRestored ? 'met' : recoveredOutcome(under);
  return { ...closed, onSite: { ...onSite, outcome: at <= onSite.dueAt ? inTime : 'breached' } };
}

/** It cannot be solved remotely: from now on the wall clock counts, day and night. */
export function markOnSite(clock: ResponseClock, at: number, minutes: number): ResponseClock {
  return { ...clock, onSite: startOnSite(at, minutes, 'not_remotely') };
}

export function arrive(clock: ResponseClock, at: number): ResponseClock {
  return clock.onSite ? { ...clock, onSite: arriveOnSite(clock.onSite, at) } : clock;
}

/** What people must be told of a clock, with the clock that remembers it was told. */
export interface ClockNews {
  readonly clock: ResponseClock;
  readonly kind: 'clock_warning' | 'clock_breach';
  readonly said: Said;
}

/** What the time has brought since the last look; null if nothing. Cheap: it compares numbers. */
export function tick(clock: ResponseClock, now: number): ClockNews | null {
  const { onSite, dueAt, warnAt } = clock;
  const settled = settleBreach(clock, now);
  const isLateOnSite = onSite?.outcome === 'running' && now > onSite.dueAt;
  const isLate = settled.outcome === 'breached' && settled.breachToldAt === null;
  if (isLate || isLateOnSite) {
    const parts = [
      ...(isLate ? [sayMissed(settled)] : []),
      ...(isLate && clock.outcome === 'paused' ? [said('clock.no-cure')] : []),
      ...(isLateOnSite ? [said('clock.not-on-site', { dueAt: onSite.dueAt })] : []),
    ];
    const told = isLate ? { ...settled, warnedAt: settled.warnedAt ?? now, breachToldAt: now } : settled;
    return {
      clock: isLateOnSite ? { ...told, onSite: { ...onSite, outcome: 'breached' } } : told,
      kind: 'clock_breach',
      said: said('clock.breached', { parts }),
    };
  }
  if (clock.outcome !== 'running' || !clock.binding || clock.warnedAt !== null) return null;
  if (dueAt === null || warnAt === null || now < warnAt) return null;
  return { clock: { ...clock, warnedAt: now }, kind: 'clock_warning', said: sayWarning(clock, dueAt) };
}

/**
 * A due time that has passed is a breach, whenever that is noticed. A clock that stands still has one only if its time was spent
 * before the pause began, as a higher priority or another contract may bring it: the pause ends then, for nothing is left to wait.
 */
export function settleBreach(clock: ResponseClock, now: number): ResponseClock {
  const { outcome, binding, dueAt } = clock;
  const isOver = (outcome === 'running' || outcome === 'paused') && binding && dueAt !== null && now > dueAt;
  return isOver ? { ...clock, outcome: 'breached', pauses: endPauses(clock, now) } : clock;
}

/** Whether the contract promises it, or it is our internal target. */
export function isContractual(under: ClockTerms, reportedAt: number | null): boolean {
  return under.version !== null && (reportedAt !== null || under.terms.clockFrom === 'detection');
}

/** The clock computed from its start. */
export function compute(clock: ResponseClock, { at, priority, under, cause }: Computing): ResponseClock {
  const { targetMs, binding, aroundTheClock: isAlways } = targetOf(under.terms, priority);
  const hours = serviceHours(under.terms, under.siteId);
  const calendar = isAlways ? aroundTheClock(hours.timeZone) : hours;
  const { dueAt, stretches } =
    targetMs === null ? nothingDue : walkForward(calendar, clock.startedAt, targetMs, clock.pauses);
  const warnAt = targetMs === null ? null : spentAt(stretches, (targetMs * 4) / 5);
  const isPaused = clock.pauses.at(-1)?.to === null;
  const about = { cause, terms: sayTerms(clock, priority, under), contractEndsOn: contractEnd(dueAt, under) };
  const why = said('clock.computed', about);
  const computation = { at, why, priority, targetMs, dueAt, contractVersion: under.version };
  const computed: ResponseClock = {
    ...clock,
    binding,
    aroundTheClock: isAlways,
    timeZone: calendar.timeZone,
    computations: [...clock.computations, computation].slice(-MAX_COMPUTATIONS),
    halfAt: targetMs === null ? null : spentAt(stretches, targetMs / 2),
    warnAt,
    dueAt,
    outcome: targetMs === null ? 'none' : isPaused ? 'paused' : 'running',
    // Another due time earns another warning.
    warnedAt: warnAt !== null && warnAt <= at ? clock.warnedAt : null,
  };
  return withOnSite(computed, { at, priority, under });
}

function withOnSite(clock: ResponseClock, { at, priority, under }: Omit<Computing, 'cause'>): ResponseClock {
  const onSite = recomputeOnSite(clock.onSite, clock, { at, priority, terms: under.terms });
  return onSite === clock.onSite ? clock : { ...clock, onSite };
}

/** The clock with no pause going on, decided as far as time has decided it. */
export function ended(clock: ResponseClock, computing: Computing): ResponseClock {
  const settled = settleBreach(clock, computing.at);
  return settled.outcome === 'paused' ? resume(settled, computing) : settled;
}

function endPauses({ pauses }: ResponseClock, at: number): ClockPause[] {
  return pauses.map((each) => (each.to === null ? { ...each, to: at } : each));
}

function closedRound(clock: ResponseClock): ClosedRound {
  const { startedAt, dueAt, respondedAt, outcome, contractual, binding, endsAt } = clock;
  return { startedAt, dueAt, respondedAt, outcome, contractual, binding, endsAt };
}
