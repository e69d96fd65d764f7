import { type CompiledQuery, sql } from 'kysely';
import type { IncidentStep, Notice } from '../domain/incident.ts';
import { everyClient } from '../domain/scope.ts';
import type { Store } from '../store/store.ts';
import { toRow } from './rows.ts';

/** What writes an incident's step: its row, its line of history and what people are told, for one transaction. */
export function incidentStatements(store: Store, step: IncidentStep, now: number): CompiledQuery[] {
  const { incidents } = store.scoped(everyClient);
  const { record, event, notice } = step;
  return [
    incidents.saveStatement(toRow(record)),
    incidents.eventStatement({
      client_id: record.clientId,
      incident_id: record.id,
      at: event.at,
      kind: event.kind,
      by_user: event.by,
      text: event.text,
    }),
    ...(notice ? noticeStatements(store, step, notice, now) : []),
  ];
}

/**
 * The outbox rows of a notice. A recovery goes only to whom the problem went: while the problem's row still waits for its time,
 * both are dropped and nobody hears of either.
 */
function noticeStatements(store: Store, step: IncidentStep, notice: Notice, now: number): CompiledQuery[] {
  const { record } = step;
  const raisedKey = `${record.id}/${record.reopenedCount}/raised`;
  const payload = JSON.stringify({
    kind: notice.kind,
    incidentId: record.id,
    priority: record.priority,
    rule: record.rule,
    deviceId: record.deviceId,
    sentence: record.sentence,
    at: step.event.at,
  });
  const key =
    notice.kind === 'changed'
      ? `${record.id}/${record.reopenedCount}/changed/${step.event.at}`
      : `${record.id}/${record.reopenedCount}/${notice.kind}`;
  const stillWaiting = sql`SELECT 1 FROM outbox WHERE idempotency_key = ${raisedKey} AND delivered_at IS NULL AND attempts = 0 AND due_at > ${now}`;
  const insert = sql`
    INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at, attempts)
    SELECT ${record.clientId}, ${key}, ${`incident.${notice.kind}`}, ${payload}, ${now}, ${notice.tellAt}, 0
    WHERE NOT EXISTS (${notice.kind === 'resolved' ? stillWaiting : sql`SELECT 1 WHERE 0`})
    ON CONFLICT (idempotency_key) DO NOTHING`.compile(store.db);
  if (notice.kind !== 'resolved') return [insert];
  const drop = sql`DELETE FROM outbox WHERE idempotency_key = ${raisedKey} AND delivered_at IS NULL AND attempts = 0 AND due_at > ${now}`;
  return [insert, drop.compile(store.db)];
}
