import type { CompiledQuery } from 'kysely';
import type { IncidentRecord, IncidentStep, Notice } from '../../domain/incidents/incident.ts';
import { everyClient } from '../../domain/scope.ts';
import type { NewMessage } from '../../platform/store/repo/outbox.ts';
import type { Store } from '../../platform/store/store.ts';
import { toRow } from './rows.ts';

/** What writes an incident's step: its row, its lines of history and what people are told, for one transaction. */
export function incidentStatements(store: Store, step: IncidentStep, now: number): CompiledQuery[] {
  const { incidents } = store.scoped(everyClient);
  const { record, event, lines = [], notice } = step;
  return [
    incidents.saveStatement(toRow(record)),
    ...[event, ...lines].map(({ kind, at, by, said, isVisible }) =>
      incidents.eventStatement({
        client_id: record.clientId,
        incident_id: record.id,
        at,
        kind,
        by_user: by,
        said_json: JSON.stringify(said),
        client_visible: isVisible ? 1 : 0,
      }),
    ),
    ...noticeStatements(store, step, notice, now),
  ];
}

/**
 * The outbox rows of a step. One cause is one message: what a parent explains and what is kept quiet is not told, also when it
 * was to be told later; but a person who reported it was promised an answer, and the clock of that is told. A recovery goes only to whom the problem went: while the problem's row still waits for its time, both
 * are dropped and nobody hears of either.
 */
function noticeStatements(store: Store, step: IncidentStep, notice: Notice | null, now: number): CompiledQuery[] {
  const { record } = step;
  const recurrence = recurrenceOf(record);
  const isQuiet = record.parentId !== null || record.suppressedBy !== null;
  const drop = store.outbox.dropStatement(`${recurrence}raised`, now);
  if (notice?.kind === 'resolved') return [store.outbox.tellStatement(messageOf(step, notice, now), recurrence), drop];
  const tell = notice ? [store.outbox.tellStatement(messageOf(step, notice, now))] : [];
  if (!isQuiet) return tell;
  return notice && isPromise(record, notice) ? [drop, ...tell] : [drop];
}

/** News of a clock that runs since a person reported the incident, whatever explains it. */
function isPromise({ clock, suppressedBy }: IncidentRecord, { kind }: Notice): boolean {
  const isOfClock = kind === 'clock_warning' || kind === 'clock_breach';
  return isOfClock && suppressedBy === null && clock !== null && clock.reportedAt !== null;
}

function messageOf({ record, event }: IncidentStep, notice: Notice, now: number): NewMessage {
  // Once in each recurrence; what may happen again and again is told apart by its time.
  const isOnce = notice.kind === 'raised' || notice.kind === 'resolved';
  return {
    clientId: record.clientId,
    key: `${recurrenceOf(record)}${notice.kind}${isOnce ? '' : `/${event.at}`}`,
    kind: `incident.${notice.kind}`,
    createdAt: now,
    dueAt: notice.tellAt,
    payload: {
      kind: notice.kind,
      incidentId: record.id,
      clientId: record.clientId,
      siteId: record.siteId,
      deviceId: record.deviceId,
      serviceId: record.serviceId,
      priority: record.priority,
      rule: record.rule,
      object: record.object,
      assigneeId: record.assigneeId,
      dueAt: record.clock?.dueAt ?? null,
      said: record.said,
      noteSaid: event.said,
      at: event.at,
    },
  };
}

/** What the keys of all messages about this recurrence of the incident start with. */
export function recurrenceOf({ id, reopenedCount }: Pick<IncidentRecord, 'id' | 'reopenedCount'>): string {
  return `${id}/${reopenedCount}/`;
}
