import { isolated } from '../../../protocol/bidi.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { type Said, said, typed } from '../../../protocol/said/said.ts';
import { type Actor, isByProgram } from '../../domain/actor.ts';
import type { IncidentRecord, IncidentStep } from '../../domain/incidents/incident.ts';
import { isHigher } from '../../domain/incidents/incident.ts';
import { reach } from '../../domain/incidents/incident-times.ts';
import { type Computing, markOnSite, pause, resume, settleBreach } from '../../domain/sla/clock.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';

/**
 * What people do with a response clock: each looks at an incident as it is, and says what it becomes. They throw VigiaError
 * conflict where the act makes no sense.
 */

/** What an act makes of an incident, and what the audit log says of it. */
export type ClockStep = Partial<IncidentStep> & {
  readonly said: Said;
  readonly audited?: Readonly<Record<string, unknown>>;
};

type Under = Computing['under'];

/** Each is kept for ever; nobody waits for a client so often. */
const MAX_PAUSES = 100;

export function paused(record: IncidentRecord, at: number, by: string, reason: string, under: Under): ClockStep {
  const clock = settleBreach(requireClock(record), at);
  if (clock.outcome === 'paused') throw new VigiaError('conflict', 'The clock is paused already.');
  if (clock.outcome === 'breached') {
    throw new VigiaError('conflict', 'The clock is breached already: a pause cannot cure that.');
  }
  if (!isUndecided(clock)) throw new VigiaError('conflict', `The clock is closed: ${reasons[clock.endsAt]}.`);
  if (clock.dueAt === null) throw new VigiaError('conflict', 'Nothing is due, so there is nothing to pause.');
  if (clock.pauses.length >= MAX_PAUSES) {
    throw new VigiaError('conflict', `The clock was paused ${MAX_PAUSES} times already. Write a note instead.`);
  }
  const waiting = pause(
    clock,
    by,
    reason,
    computing(record, clock, under, at, said('clock.cause', { why: 'waiting' })),
  );
  return {
    audited: { reason },
    record: { ...record, clock: waiting },
    said: said('clock.paused', { reason }),
  };
}

export function resumed(record: IncidentRecord, at: number, under: Under): ClockStep {
  const clock = settleBreach(requireClock(record), at);
  if (clock.outcome === 'breached') {
    throw new VigiaError('conflict', 'The clock is breached already: it does not run again.');
  }
  const waited = clock.pauses.at(-1);
  if (!waited || waited.to !== null) throw new VigiaError('conflict', 'The clock is not paused.');
  const waitedMs = at - waited.from;
  const cause = said('clock.cause.waited', { waitedMs });
  const running = resume(clock, computing(record, clock, under, at, cause));
  const again = said('clock.resumed', { waitedMs, dueAt: running.dueAt });
  return { record: { ...record, clock: running }, said: again };
}

export function prioritised(
  record: IncidentRecord,
  at: number,
  by: string,
  priority: IncidentRecord['priority'],
  why: string,
): ClockStep {
  if (record.priority === priority) throw new VigiaError('conflict', `The priority is ${priority} already.`);
  if (record.suppressedBy?.startsWith('maintenance') && priority !== 'normal') {
    throw new VigiaError('conflict', 'Maintenance and project work is never above Normal. End the maintenance first.');
  }
  const set = said('priority.set', { from: record.priority, to: priority, why });
  return {
    said: set,
    audited: { priority, why },
    record: { ...record, priority },
    event: { kind: 'changed', at, by: by, said: set },
    notice: isHigher(priority, record.priority) ? { kind: 'changed', tellAt: at } : null,
  };
}

export function markedOnSite(record: IncidentRecord, at: number, under: Under): ClockStep {
  const clock = requireClock(record);
  const { onSiteMinutes } = under.terms.emergency;
  if (onSiteMinutes === null) {
    throw new VigiaError('conflict', 'No time on site is agreed with this client. Agree one in its contract first.');
  }
  if (record.priority !== 'emergency') {
    throw new VigiaError('conflict', 'A time on site is agreed for emergencies. Set the priority to emergency first.');
  }
  if (clock.onSite?.from === 'report') {
    throw new VigiaError('conflict', 'By the contract the time on site counts from the report: it runs already.');
  }
  if (clock.onSite) throw new VigiaError('conflict', 'It is marked as not solvable remotely already.');
  if (record.times.onSiteAt !== null) throw new VigiaError('conflict', 'Somebody is on site already.');
  const marked = markOnSite(clock, at, onSiteMinutes);
  const dueAt = marked.onSite?.dueAt ?? at;
  return { record: { ...record, clock: marked }, said: said('clock.on-site-by', { dueAt }) };
}

export function arrivedOnSite(record: IncidentRecord, at: number, actor: Actor): ClockStep {
  if (record.times.onSiteAt !== null) throw new VigiaError('conflict', 'Somebody is on site already.');
  const arrived = said('nothing');
  const event = { kind: 'on_site', at, by: actor.name, said: arrived } as const;
  // A response is an act of a person; where somebody is, a program may know.
  const reached = isByProgram(actor)
    ? { times: { ...record.times, onSiteAt: at, onSiteBy: actor.name } }
    : reach(record, 'on_site', actor.name, at);
  return { record: { ...record, ...reached }, event, said: arrived };
}

export function responded(record: IncidentRecord, at: number, actor: Actor, text: string): ClockStep {
  const { respondedAt, respondedBy } = record.times;
  if (respondedAt !== null)
    throw new VigiaError('conflict', `${isolated(respondedBy ?? 'Somebody')} has responded already.`);
  const wrote = text === '' ? said('nothing') : typed(text);
  const event = { kind: 'responded', at, by: actor.name, said: wrote } as const;
  // What a program says of it is written down, and still waits for a person.
  const reached = isByProgram(actor) ? {} : reach(record, 'responded', actor.name, at);
  return { record: { ...record, ...reached }, event, said: wrote };
}

function computing(record: IncidentRecord, clock: ResponseClock, under: Under, at: number, cause: Said): Computing {
  return { at, cause, priority: clock.computations.at(-1)?.priority ?? record.priority, under };
}

const reasons: Record<ResponseClock['endsAt'], string> = {
  acknowledged: 'a person has acknowledged it',
  responded: 'a person has responded',
  on_site: 'somebody is on site',
  restored: 'it is restored',
};

/** @throws VigiaError conflict, with the reason why it has none */
export function requireClock({ clock, parentId, suppressedBy }: IncidentRecord): ResponseClock {
  if (clock) return clock;
  const why =
    parentId !== null ? ': the incident above it has one' : suppressedBy !== null ? ': it is maintenance' : '';
  throw new VigiaError('conflict', `This incident has no response clock${why}.`);
}
