import { type CompiledQuery, sql } from 'kysely';
import type { Store } from './store.ts';

/** Columns that say when something happened, so that none of them can lie in the future. */
const pastColumns: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['incident', 'onset_at', 'opened_at', 'acknowledged_at', 'resolved_at', 'updated_at'],
  ['incident', 'taken_at', 'responded_at', 'on_site_at'],
  ['incident_event', 'at'],
  ['person_report', 'reported_at', 'created_at'],
  ['session', 'created_at', 'last_seen_at'],
  ['known_place', 'last_seen_at'],
  ['delivery', 'delivered_at', 'given_up_at'],
  ['outbox', 'delivered_at'],
];
/** Stretches of time: what begins in the future is none. */
const stretches = ['presence_interval', 'check_interval'] as const;

/**
 * What a clock that was ahead has left in the future, dated anew: earlier by as much as the clock was set back, where that is known,
 * and in any case no later than now. @param sizeMs of the step, 0 if it is not known
 */
export function futureStatements({ db }: Pick<Store, 'db'>, now: number, sizeMs = 0): CompiledQuery[] {
  const back = Math.min(0, sizeMs);
  const past = pastColumns.flatMap(([table, ...columns]) =>
    columns.map((column) => {
      const name = sql.ref(column);
      return sql`UPDATE ${sql.table(table)} SET ${name} = min(${name} + ${back}, ${now}) WHERE ${name} > ${now}`;
    }),
  );
  const ended = stretches.flatMap((table) => [
    sql`DELETE FROM ${sql.table(table)} WHERE start_ms >= ${now}`,
    sql`UPDATE ${sql.table(table)} SET end_ms = ${now} WHERE end_ms > ${now}`,
  ]);
  const others = [
    // What waits keeps the time that it was to wait; what was to be tried again is tried now.
    sql`UPDATE delivery SET due_at = due_at - (SELECT created_at - ${now} FROM outbox WHERE outbox.id = outbox_id),
      first_due_at = first_due_at - (SELECT created_at - ${now} FROM outbox WHERE outbox.id = outbox_id)
      WHERE outbox_id IN (SELECT id FROM outbox WHERE created_at > ${now})`,
    sql`UPDATE delivery SET due_at = ${now} WHERE attempts > 0 AND delivered_at IS NULL AND given_up_at IS NULL
      AND due_at > ${now} + ${RETRY_AHEAD_MS}`,
    sql`UPDATE outbox SET due_at = due_at - (created_at - ${now}), created_at = ${now} WHERE created_at > ${now}`,
    sql`UPDATE blindness SET start_ms = ${now} WHERE start_ms > ${now}`,
    sql`UPDATE blindness SET end_ms = max(start_ms, ${now}) WHERE end_ms > ${now} AND end_ms > start_ms
      AND end_ms > ${now} + ${BLIND_AHEAD_MS}`,
  ];
  return [...past, ...ended, ...others].map((query) => query.compile(db));
}

/** No try of a message is put off for longer. */
const RETRY_AHEAD_MS = 3_600_000;
/** A stretch in which the server could not see is noted with the time that agents have to come back. */
const BLIND_AHEAD_MS = 600_000;
