import { said } from '../../../protocol/said/said.ts';
import type { IncidentRecord, IncidentStep, StepPolicy } from '../../domain/incidents/incident.ts';
import { fourTimes } from '../../domain/incidents/incident-times.ts';
import { recompute, resolve, settleBreach, startClock } from '../../domain/sla/clock.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import { withTimes } from '../../domain/sla/known-times.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';
import type { ClockTermsSource } from './clock-terms.ts';

/**
 * Gives every incident its response clock, and stops or recomputes it when the incident moves on. It comes after the policies
 * that put incidents under a parent or keep them quiet: those have no clock of their own, unless it was promised before.
 */
export function createClockPolicy(source: ClockTermsSource): StepPolicy {
  return (step, before, at) => {
    const { record, event } = step;
    const { clock } = record;
    const isOpen = record.state !== 'resolved';
    const computing = { at, priority: record.priority };
    if (isOpen && begins(record, before)) return begin(step, before, at, source);
    if (!clock) return step;
    const isExplained = record.parentId !== null && isOpen;
    if (isExplained && !isPromised(clock) && isUndecided(settleBreach(clock, at))) return withClock(step, null);
    if (!isOpen) {
      if (before?.state === 'resolved') return step;
      const cause = said('clock.cause', { why: 'resolved' });
      const how = { byItself: event.by === null, isTaken: record.times.takenAt !== null };
      return withClock(step, resolve(clock, { ...computing, under: source.ofClock(record), cause }, how));
    }
    const times = fourTimes(record);
    if (before && before.priority !== record.priority) {
      const cause = said('clock.cause.priority', { from: before.priority, to: record.priority });
      const again = { ...computing, under: source.forRecomputing(record, at), cause };
      return recomputed(step, withTimes(recompute(clock, again), times, again));
    }
    if (before && before.times === record.times) return step;
    const cause = said('clock.cause', { why: 'further' });
    const known = withTimes(clock, times, { ...computing, under: source.ofClock(record), cause });
    return known === clock ? step : withClock(step, known);
  };
}

/** The step with this clock, and with a line that keeps both due times if they differ. */
export function recomputed(step: IncidentStep, clock: ResponseClock): IncidentStep {
  const made = clock.computations.at(-1);
  const before = step.record.clock;
  if (!made || made === before?.computations.at(-1)) return withClock(step, clock);
  const both = said('clock.recomputed', { why: made.why, dueAt: clock.dueAt, before: before?.dueAt ?? null });
  const line = { kind: 'clock', at: made.at, by: null, said: both } as const;
  return { ...withClock(step, clock), lines: [...(step.lines ?? []), line] };
}

function withClock(step: IncidentStep, clock: ResponseClock | null): IncidentStep {
  return { ...step, record: { ...step.record, clock } };
}

/** A person waits for it, or the contract counts it: what explains the incident does not take that back. */
function isPromised({ reportedAt, contractual }: ResponseClock): boolean {
  return reportedAt !== null || contractual;
}

/** New, come back, or no longer explained by something else. */
function begins(record: IncidentRecord, before: IncidentRecord | null): boolean {
  if (record.parentId !== null || record.suppressedBy !== null) return false;
  if (before === null || before.state === 'resolved') return true;
  return record.clock === null && (before.parentId !== null || before.suppressedBy !== null);
}

function begin(step: IncidentStep, before: IncidentRecord | null, at: number, source: ClockTermsSource): IncidentStep {
  const { record } = step;
  const reportedAt = before === null && record.source === 'person' ? record.onsetAt : null;
  const startedAt = reportedAt ?? at;
  const previous = record.clock;
  const why = before === null ? 'opened' : previous ? 'came_back' : 'by_itself';
  const cause = said('clock.cause', { why });
  const under = source.at(record, startedAt);
  const clock = startClock({ at, startedAt, reportedAt, priority: record.priority, under, cause, previous });
  if (!previous) return withClock(step, clock);
  const { outcome, dueAt } = previous;
  const line = { kind: 'clock', at, by: null, said: said('clock.again', { outcome, dueAt }) } as const;
  return { ...withClock(step, clock), lines: [...(step.lines ?? []), line] };
}
