import type { ClockOutcome } from '../../../protocol/contract.ts';
import type { Priority } from '../../../protocol/view.ts';
import { formatDuration } from '../wording.ts';
import { formatLocal } from './local-time.ts';
import { aroundTheClock, serviceHours } from './service-hours.ts';
import type { TermsInForce } from './sources.ts';
import { targetOf } from './tiers.ts';
import { spentAt, type Walk, walkForward } from './walk.ts';

/** One computation of a due time. They are kept; the last one counts. Times are ms since 1970. */
export interface ClockComputation {
  readonly at: number;
  readonly why: string;
  readonly priority: Priority;
  /** Business time to first response; null: none is agreed. */
  readonly targetMs: number | null;
  readonly dueAt: number | null;
  /** The version of the contract that was in force, null without a contract. */
  readonly contractVersion: number | null;
}

export interface ClockPause {
  readonly from: number;
  readonly to: number | null;
  readonly reason: string;
  readonly by: string;
}

/** A clock that was closed before the incident came back. */
export interface ClosedRound {
  readonly startedAt: number;
  readonly dueAt: number | null;
  readonly respondedAt: number | null;
  readonly outcome: ClockOutcome;
  readonly contractual: boolean;
  readonly binding: boolean;
}

/** The response clock of an incident, as it is stored with it. First response is a person's acknowledgement. */
export interface ResponseClock {
  readonly startedAt: number;
  /** When a person told us of it; null while only we know. */
  readonly reportedAt: number | null;
  /** False: our internal target, not what the contract promises. */
  readonly contractual: boolean;
  /** False: shown, never breached. */
  readonly binding: boolean;
  readonly aroundTheClock: boolean;
  readonly timeZone: string;
  readonly computations: readonly ClockComputation[];
  readonly pauses: readonly ClockPause[];
  readonly halfAt: number | null;
  readonly warnAt: number | null;
  readonly dueAt: number | null;
  readonly respondedAt: number | null;
  readonly outcome: ClockOutcome;
  /** When people were told: the assignee at 80 %, the owner of the breach. */
  readonly warnedAt: number | null;
  readonly breachToldAt: number | null;
  readonly onSite: {
    readonly markedAt: number;
    readonly dueAt: number;
    readonly arrivedAt: number | null;
    readonly outcome: ClockOutcome;
  } | null;
  /** Oldest first, the last ones; the history of the incident has them all. */
  readonly earlier: readonly ClosedRound[];
}

/** The terms that a clock is computed under, for a site. */
export interface ClockTerms {
  /** Null without a contract: the terms are our own target then, and nothing is promised. */
  readonly version: number | null;
  readonly terms: TermsInForce['terms'];
  readonly siteId: string | null;
  /** When the contract ends; Infinity if it does not. */
  readonly until: number;
}

interface Computing {
  readonly at: number;
  readonly priority: Priority;
  readonly under: ClockTerms;
  /** What caused the computation, as a sentence of its own. */
  readonly cause: string;
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
    outcome: 'none',
    warnedAt: null,
    breachToldAt: null,
    onSite: null,
    earlier: previous ? [...previous.earlier, closedRound(previous)].slice(-MAX_EARLIER) : [],
  };
  return compute(blank, begin);
}

/** False once the verdict stands: nothing that is learnt or agreed later changes it. */
export function isUndecided(clock: ResponseClock): boolean {
  return clock.respondedAt === null && clock.outcome !== 'met' && clock.outcome !== 'breached';
}

/** The same clock for another priority or other terms, from its start. Unchanged once the verdict stands. */
export function recompute(clock: ResponseClock, computing: Computing): ResponseClock {
  const settled = settleBreach(clock, computing.at);
  if (!isUndecided(settled)) return settled;
  return compute({ ...settled, contractual: isContractual(computing.under, settled.reportedAt) }, computing);
}

/**
 * A person reported what the incident is about: from the report on the clock is the contract's. What our internal target came
 * to is kept as an earlier round. `closedAt`: when the incident was acknowledged or resolved, if it was.
 */
export function reportTo(
  clock: ResponseClock,
  report: { readonly reportedAt: number; readonly closedAt: number | null },
  computing: Computing,
): ResponseClock {
  const { reportedAt, closedAt } = report;
  if (clock.reportedAt !== null && clock.reportedAt <= reportedAt) return clock;
  const settled = settleBreach(clock, computing.at);
  if (settled.contractual || !isContractual(computing.under, reportedAt)) {
    const startedAt = Math.min(settled.startedAt, reportedAt);
    if (startedAt === settled.startedAt || !isUndecided(settled)) return { ...settled, reportedAt };
    return compute({ ...settled, reportedAt, startedAt }, computing);
  }
  const { respondedAt, onSite } = settled;
  const round = { ...startClock({ ...computing, startedAt: reportedAt, reportedAt, previous: settled }), onSite };
  return closedAt === null ? round : closeAt(round, Math.max(closedAt, reportedAt), respondedAt);
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

/** A person acknowledged the incident. */
export function respond(clock: ResponseClock, computing: Computing): ResponseClock {
  if (clock.respondedAt !== null) return clock;
  return closeAt(ended(clock, computing), computing.at, computing.at);
}

/** The incident is over: before the due time that is as good as a response, and as being on site. */
export function resolve(clock: ResponseClock, computing: Computing): ResponseClock {
  const { at } = computing;
  const closed = clock.respondedAt === null ? closeAt(ended(clock, computing), at, null) : clock;
  const { onSite } = closed;
  if (onSite?.outcome !== 'running') return closed;
  return { ...closed, onSite: { ...onSite, outcome: at <= onSite.dueAt ? 'met' : 'breached' } };
}

/** It cannot be solved remotely: from now on the wall clock counts, day and night. */
export function markOnSite(clock: ResponseClock, at: number, minutes: number): ResponseClock {
  return { ...clock, onSite: { markedAt: at, dueAt: at + minutes * 60_000, arrivedAt: null, outcome: 'running' } };
}

export function arrive(clock: ResponseClock, at: number): ResponseClock {
  const { onSite } = clock;
  if (!onSite || onSite.arrivedAt !== null) return clock;
  const inTime = onSite.outcome === 'running' && at <= onSite.dueAt;
  return { ...clock, onSite: { ...onSite, arrivedAt: at, outcome: inTime ? 'met' : 'breached' } };
}

/** What people must be told of a clock, with the clock that remembers it was told. */
export interface ClockNews {
  readonly clock: ResponseClock;
  readonly kind: 'clock_warning' | 'clock_breach';
  readonly sentence: string;
}

/** What the time has brought since the last look; null if nothing. Cheap: it compares numbers. */
export function tick(clock: ResponseClock, now: number): ClockNews | null {
  const { onSite, dueAt, warnAt } = clock;
  const settled = settleBreach(clock, now);
  const isLateOnSite = onSite?.outcome === 'running' && now > onSite.dueAt;
  const isLate = settled.outcome === 'breached' && settled.breachToldAt === null;
  if (isLate || isLateOnSite) {
    const said = [
      ...(isLate ? [breachSentence(settled)] : []),
      ...(isLate && clock.outcome === 'paused' ? ['That we wait for the client does not cure it.'] : []),
      ...(isLateOnSite
        ? [`Nobody was on site by ${formatLocal(onSite.dueAt, clock.timeZone)}, as the contract promises.`]
        : []),
    ];
    const told = isLate ? { ...settled, warnedAt: settled.warnedAt ?? now, breachToldAt: now } : settled;
    return {
      clock: isLateOnSite ? { ...told, onSite: { ...onSite, outcome: 'breached' } } : told,
      kind: 'clock_breach',
      sentence: said.join(' '),
    };
  }
  if (clock.outcome !== 'running' || !clock.binding || clock.warnedAt !== null) return null;
  if (dueAt === null || warnAt === null || now < warnAt) return null;
  const promise = clock.contractual ? 'the response' : 'our internal response target';
  const sentence = `80 % of the time is spent: ${promise} is due ${formatLocal(dueAt, clock.timeZone)}, in ${formatDuration(dueAt - now)}.`;
  return { clock: { ...clock, warnedAt: now }, kind: 'clock_warning', sentence };
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

function breachSentence({ dueAt, timeZone, contractual, computations }: ResponseClock): string {
  const current = computations.at(-1);
  const target = current?.targetMs ? formatDuration(current.targetMs) : '';
  const whose = contractual ? `of version ${current?.contractVersion} of the contract` : 'of our internal target';
  return `No response by ${dueAt === null ? '' : formatLocal(dueAt, timeZone)}: the ${target} ${whose} are over.`;
}

function isContractual(under: ClockTerms, reportedAt: number | null): boolean {
  return under.version !== null && (reportedAt !== null || under.terms.clockFrom === 'detection');
}

function compute(clock: ResponseClock, { at, priority, under, cause }: Computing): ResponseClock {
  const { targetMs, binding, aroundTheClock: isAlways } = targetOf(under.terms, priority);
  const hours = serviceHours(under.terms, under.siteId);
  const calendar = isAlways ? aroundTheClock(hours.timeZone) : hours;
  const { dueAt, stretches } =
    targetMs === null ? nothingDue : walkForward(calendar, clock.startedAt, targetMs, clock.pauses);
  const warnAt = targetMs === null ? null : spentAt(stretches, (targetMs * 4) / 5);
  const isPaused = clock.pauses.at(-1)?.to === null;
  const why = `${cause} ${termsSentence(clock, priority, under)}${endSentence(dueAt, under)}`;
  const computation = { at, why, priority, targetMs, dueAt, contractVersion: under.version };
  return {
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
}

function termsSentence(clock: ResponseClock, priority: Priority, under: ClockTerms): string {
  const { targetMs, binding, aroundTheClock: isAlways } = targetOf(under.terms, priority);
  const source =
    under.version === null
      ? 'Without a contract'
      : `By version ${under.version} of the contract (${under.terms.tierName})`;
  if (targetMs === null) return `${source} no response time is agreed for ${priority}.`;
  const kind = isAlways ? 'around the clock' : 'of service hours';
  const standing = !binding ? ', shown and never breached' : clock.contractual ? '' : ', as our internal target';
  return `${source} ${priority} has ${formatDuration(targetMs)} ${kind}${standing}.`;
}

function endSentence(dueAt: number | null, { until, terms }: ClockTerms): string {
  if (dueAt === null || dueAt < until) return '';
  return ` The contract ends on ${terms.endsOn}; the clock goes on under the terms it started with.`;
}

/** The clock with no pause going on, decided as far as time has decided it. */
function ended(clock: ResponseClock, computing: Computing): ResponseClock {
  const settled = settleBreach(clock, computing.at);
  return settled.outcome === 'paused' ? resume(settled, computing) : settled;
}

function closeAt(clock: ResponseClock, at: number, respondedAt: number | null): ResponseClock {
  const { dueAt, outcome, binding } = clock;
  const decided =
    outcome !== 'running' ? outcome : dueAt === null || at <= dueAt ? 'met' : binding ? 'breached' : 'none';
  return { ...clock, respondedAt, outcome: decided };
}

function endPauses({ pauses }: ResponseClock, at: number): ClockPause[] {
  return pauses.map((each) => (each.to === null ? { ...each, to: at } : each));
}

function closedRound(clock: ResponseClock): ClosedRound {
  const { startedAt, dueAt, respondedAt, outcome, contractual, binding } = clock;
  return { startedAt, dueAt, respondedAt, outcome, contractual, binding };
}
