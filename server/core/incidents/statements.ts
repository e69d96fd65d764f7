import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { IncidentRecord, IncidentStep, Notice } from '../../domain/incidents/incident.ts';
import { everyClient } from '../../domain/scope.ts';
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
  const waits = sql`delivered_at IS NULL AND attempts = 0 AND due_at > ${now}`;
  const drop = sql`DELETE FROM outbox WHERE idempotency_key = ${`${recurrence}raised`} AND ${waits}`.compile(store.db);
  if (notice?.kind === 'resolved') {
    const wasTold = sql`EXISTS (
      SELECT 1 FROM outbox WHERE idempotency_key >= ${recurrence} AND idempotency_key < ${after(recurrence)} AND NOT (${waits}))`;
    return [insertNotice(store, step, notice, now, wasTold), drop];
  }
  if (isQuiet)
    return notice && isPromise(record, notice) ? [drop, insertNotice(store, step, notice, now, sql`1 = 1`)] : [drop];
  return notice ? [insertNotice(store, step, notice, now, sql`1 = 1`)] : [];
}

/** News of a clock that runs since a person reported the incident, whatever explains it. */
function isPromise({ clock, suppressedBy }: IncidentRecord, { kind }: Notice): boolean {
  const isOfClock = kind === 'clock_warning' || kind === 'clock_breach';
  return isOfClock && suppressedBy === null && clock !== null && clock.reportedAt !== null;
}

function insertNotice(
  store: Store,
  { record, event }: IncidentStep,
  notice: Notice,
  now: number,
  condition: RawBuilder<unknown>,
): CompiledQuery {
  // Once in each recurrence; what may happen again and again is told apart by its time.
  const isOnce = notice.kind === 'raised' || notice.kind === 'resolved';
  const key = `${recurrenceOf(record)}${notice.kind}${isOnce ? '' : `/${event.at}`}`;
  const payload = JSON.stringify({
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
  });
  return sql`
    INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at, attempts)
    SELECT ${record.clientId}, ${key}, ${`incident.${notice.kind}`}, ${payload}, ${now}, ${notice.tellAt}, 0
    WHERE ${condition}
    ON CONFLICT (idempotency_key) DO NOTHING`.compile(store.db);
}

/** What the keys of all messages about this recurrence of the incident start with. */
export function recurrenceOf({ id, reopenedCount }: Pick<IncidentRecord, 'id' | 'reopenedCount'>): string {
  return `${id}/${reopenedCount}/`;
}

/** The first text behind all that start with `prefix`, which ends with a slash. */
export function after(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}
