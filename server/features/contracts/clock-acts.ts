import { refused } from '../../../protocol/said/refused.ts';
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
  if (clock.outcome === 'paused') throw refused('conflict', said('refused.clock.paused'));
  if (clock.outcome === 'breached') {
    throw refused('conflict', said('refused.clock.breached', { act: 'pause' }));
  }
  if (!isUndecided(clock)) throw refused('conflict', said('refused.clock.closed', { by: clock.endsAt }));
  if (clock.dueAt === null) throw refused('conflict', said('refused.clock.nothing-due'));
  if (clock.pauses.length >= MAX_PAUSES) {
    throw refused('conflict', said('refused.clock.pauses', { most: MAX_PAUSES }));
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
    throw refused('conflict', said('refused.clock.breached', { act: 'resume' }));
  }
  const waited = clock.pauses.at(-1);
  if (!waited || waited.to !== null) throw refused('conflict', said('refused.clock.runs'));
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
  if (record.priority === priority) throw refused('conflict', said('refused.clock.priority', { priority }));
  if (record.suppressedBy?.startsWith('maintenance') && priority !== 'normal') {
    throw refused('conflict', said('refused.clock.project'));
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
    throw refused('conflict', said('refused.on-site.none'));
  }
  if (record.priority !== 'emergency') {
    throw refused('conflict', said('refused.on-site.emergency'));
  }
  if (clock.onSite?.from === 'report') {
    throw refused('conflict', said('refused.on-site.from-report'));
  }
  if (clock.onSite) throw refused('conflict', said('refused.on-site.marked'));
  if (record.times.onSiteAt !== null) throw refused('conflict', said('refused.on-site.there'));
  const marked = markOnSite(clock, at, onSiteMinutes);
  const dueAt = marked.onSite?.dueAt ?? at;
  return { record: { ...record, clock: marked }, said: said('clock.on-site-by', { dueAt }) };
}

export function arrivedOnSite(record: IncidentRecord, at: number, actor: Actor): ClockStep {
  if (record.times.onSiteAt !== null) throw refused('conflict', said('refused.on-site.there'));
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
  if (respondedAt !== null) throw refused('conflict', said('refused.clock.responded', { by: respondedBy }));
  const wrote = text === '' ? said('nothing') : typed(text);
  const event = { kind: 'responded', at, by: actor.name, said: wrote } as const;
  // What a program says of it is written down, and still waits for a person.
  const reached = isByProgram(actor) ? {} : reach(record, 'responded', actor.name, at);
  return { record: { ...record, ...reached }, event, said: wrote };
}

function computing(record: IncidentRecord, clock: ResponseClock, under: Under, at: number, cause: Said): Computing {
  return { at, cause, priority: clock.computations.at(-1)?.priority ?? record.priority, under };
}

/** @throws VigiaError conflict, with the reason why it has none */
export function requireClock({ clock, parentId, suppressedBy }: IncidentRecord): ResponseClock {
  if (clock) return clock;
  const why = parentId !== null ? 'parent' : suppressedBy !== null ? 'maintenance' : 'none';
  throw refused('conflict', said('refused.clock.none', { why }));
}
