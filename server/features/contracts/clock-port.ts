import { isolated } from '../../../protocol/bidi.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { type Said, said, typed } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import { clockView } from '../../core/incidents/clock-view.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { type Actor, isByProgram } from '../../domain/actor.ts';
import type { IncidentRecord, IncidentStep } from '../../domain/incidents/incident.ts';
import { isHigher } from '../../domain/incidents/incident.ts';
import { reach } from '../../domain/incidents/incident-times.ts';
import type { Scope } from '../../domain/scope.ts';
import { markOnSite, pause, resume, settleBreach } from '../../domain/sla/clock.ts';
import { explainClock } from '../../domain/sla/clock-explanation.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AuditAction } from '../../platform/store/audit/actions.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ClockTermsSource } from './clock-terms.ts';
import type { ClockPort } from './port.ts';

/** Each is kept for ever; nobody waits for a client so often. */
const MAX_PAUSES = 100;

export interface ClockPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly source: ClockTermsSource;
  readonly act: Act;
  readonly now: () => number;
}

/** What people do with a response clock, and how they look into it. */
export function createClockPort({ store, book, fleet, source, act, now }: ClockPortOptions): ClockPort {
  async function load(scope: Scope, id: string): Promise<IncidentRecord> {
    const row = await store.scoped(scope).incidents.get(id);
    if (!row) throw new VigiaError('not_found', 'There is no such incident.');
    return toRecord(row);
  }

  /** `work` looks at the incident as it is and says what it becomes. */
  function step(
    scope: Scope,
    id: string,
    actor: Actor,
    action: AuditAction,
    work: (
      record: IncidentRecord,
      at: number,
    ) => Partial<IncidentStep> & { readonly said: Said; readonly audited?: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    return act(actor, action, scope, async (changes, at) => {
      const before = await load(scope, id);
      if (before.state === 'resolved') throw new VigiaError('conflict', 'The incident is resolved already.');
      const { said: what, record = before, event, notice = null, audited = {} } = work(before, at);
      changes.record(id, audited);
      const line = event ?? { kind: 'clock' as const, at, by: actor.name, said: what };
      const settled = book.settle({ record: { ...record, updatedAt: at }, event: line, notice }, before, at);
      changes.addIncident(null, settled);
      const device = before.deviceId === null ? undefined : fleet.devices.get(before.deviceId);
      if (device) changes.touched.add(device);
    });
  }

  const computing = (record: IncidentRecord, clock: ResponseClock, at: number, cause: Said) => ({
    at,
    cause,
    priority: clock.computations.at(-1)?.priority ?? record.priority,
    under: source.ofClock(record),
  });

  return {
    async explain(scope, id) {
      const record = await load(scope, id);
      const clock = requireClock(record);
      return { clock: clockView(clock), ...explainClock(clock, source.ofClock(record), now()) };
    },
    pause: (scope, id, reason, actor) =>
      step(scope, id, actor, 'incident.clock.pause', (record, at) => {
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
        const paused = pause(
          clock,
          actor.name,
          reason,
          computing(record, clock, at, said('clock.cause', { why: 'waiting' })),
        );
        return {
          audited: { reason },
          record: { ...record, clock: paused },
          said: said('clock.paused', { reason }),
        };
      }),
    resume: (scope, id, actor) =>
      step(scope, id, actor, 'incident.clock.resume', (record, at) => {
        const clock = settleBreach(requireClock(record), at);
        if (clock.outcome === 'breached') {
          throw new VigiaError('conflict', 'The clock is breached already: it does not run again.');
        }
        const waited = clock.pauses.at(-1);
        if (!waited || waited.to !== null) throw new VigiaError('conflict', 'The clock is not paused.');
        const waitedMs = at - waited.from;
        const cause = said('clock.cause.waited', { waitedMs });
        const resumed = resume(clock, computing(record, clock, at, cause));
        const again = said('clock.resumed', { waitedMs, dueAt: resumed.dueAt });
        return { record: { ...record, clock: resumed }, said: again };
      }),
    setPriority: (scope, id, priority, why, actor) =>
      step(scope, id, actor, 'incident.priority', (record, at) => {
        if (record.priority === priority) throw new VigiaError('conflict', `The priority is ${priority} already.`);
        if (record.suppressedBy?.startsWith('maintenance') && priority !== 'normal') {
          throw new VigiaError(
            'conflict',
            'Maintenance and project work is never above Normal. End the maintenance first.',
          );
        }
        const set = said('priority.set', { from: record.priority, to: priority, why });
        return {
          said: set,
          audited: { priority, why },
          record: { ...record, priority },
          event: { kind: 'changed', at, by: actor.name, said: set },
          notice: isHigher(priority, record.priority) ? { kind: 'changed', tellAt: at } : null,
        };
      }),
    markOnSite: (scope, id, actor) =>
      step(scope, id, actor, 'incident.on-site', (record, at) => {
        const clock = requireClock(record);
        const { onSiteMinutes } = source.ofClock(record).terms.emergency;
        if (onSiteMinutes === null) {
          throw new VigiaError(
            'conflict',
            'No time on site is agreed with this client. Agree one in its contract first.',
          );
        }
        if (record.priority !== 'emergency') {
          throw new VigiaError(
            'conflict',
            'A time on site is agreed for emergencies. Set the priority to emergency first.',
          );
        }
        if (clock.onSite?.from === 'report') {
          throw new VigiaError('conflict', 'By the contract the time on site counts from the report: it runs already.');
        }
        if (clock.onSite) throw new VigiaError('conflict', 'It is marked as not solvable remotely already.');
        if (record.times.onSiteAt !== null) throw new VigiaError('conflict', 'Somebody is on site already.');
        const marked = markOnSite(clock, at, onSiteMinutes);
        const dueAt = marked.onSite?.dueAt ?? at;
        return { record: { ...record, clock: marked }, said: said('clock.on-site-by', { dueAt }) };
      }),
    arriveOnSite: (scope, id, actor) =>
      step(scope, id, actor, 'incident.on-site.arrived', (record, at) => {
        if (record.times.onSiteAt !== null) throw new VigiaError('conflict', 'Somebody is on site already.');
        const arrived = said('nothing');
        const event = { kind: 'on_site', at, by: actor.name, said: arrived } as const;
        // A response is an act of a person; where somebody is, a program may know.
        const reached = isByProgram(actor)
          ? { times: { ...record.times, onSiteAt: at, onSiteBy: actor.name } }
          : reach(record, 'on_site', actor.name, at);
        return { record: { ...record, ...reached }, event, said: arrived };
      }),
    respond: (scope, id, text, actor) =>
      step(scope, id, actor, 'incident.respond', (record, at) => {
        const { respondedAt, respondedBy } = record.times;
        if (respondedAt !== null)
          throw new VigiaError('conflict', `${isolated(respondedBy ?? 'Somebody')} has responded already.`);
        const wrote = text === '' ? said('nothing') : typed(text);
        const event = { kind: 'responded', at, by: actor.name, said: wrote } as const;
        // What a program says of it is written down, and still waits for a person.
        const reached = isByProgram(actor) ? {} : reach(record, 'responded', actor.name, at);
        return { record: { ...record, ...reached }, event, said: wrote };
      }),
  };
}

const reasons: Record<ResponseClock['endsAt'], string> = {
  acknowledged: 'a person has acknowledged it',
  responded: 'a person has responded',
  on_site: 'somebody is on site',
  restored: 'it is restored',
};

function requireClock({ clock, parentId, suppressedBy }: IncidentRecord): ResponseClock {
  if (clock) return clock;
  const why =
    parentId !== null ? ': the incident above it has one' : suppressedBy !== null ? ': it is maintenance' : '';
  throw new VigiaError('conflict', `This incident has no response clock${why}.`);
}
