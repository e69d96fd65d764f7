import { type CompiledQuery, sql } from 'kysely';
import type { SetBack } from '../../domain/moved-back.ts';
import { redateJson } from './redate-json.ts';
import type { Store } from './store.ts';

/** Columns that say when something happened, so that none of them can lie in the future. */
const pastColumns: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['incident', 'onset_at', 'opened_at', 'acknowledged_at', 'resolved_at', 'updated_at'],
  ['incident', 'taken_at', 'responded_at', 'on_site_at'],
  ['incident_event', 'at'],
  ['person_report', 'reported_at', 'created_at'],
  ['session', 'created_at', 'last_seen_at', 'revoked_at'],
  ['user', 'created_at', 'disabled_at'],
  ['password_reset', 'created_at', 'ended_at'],
  ['client', 'created_at', 'report_key_at', 'report_key_used_at'],
  ['site', 'created_at'],
  ['receiver', 'created_at', 'removed_at'],
  ['known_place', 'last_seen_at'],
  ['delivery', 'delivered_at', 'given_up_at'],
  ['outbox', 'delivered_at'],
  // What is older than its enrolment is not taken from a machine: one that was enrolled in the future would not be heard.
  ['device', 'enrolled_at', 'retired_at', 'inventory_at'],
  ['device_placement', 'until_ms'],
  ['enrolment_token', 'created_at', 'last_used_at', 'revoked_at'],
  ['api_key', 'created_at', 'last_used_at', 'revoked_at'],
  ['maintenance_run', 'started_at', 'ended_at', 'finished_at'],
  ['maintenance_window', 'created_at', 'cancelled_at'],
  ['maintenance_edit', 'at'],
  ['twin_report', 'received_at'],
  ['attestation', 'at', 'withdrawn_at'],
  ['ledger_revision', 'at'],
  ['history_loss', 'found_at', 'told_at'],
  ['service', 'created_at', 'removed_at'],
  ['service_version', 'effective_at'],
  ['check_definition', 'created_at', 'removed_at'],
  ['recovery_plan', 'created_at', 'removed_at'],
  ['recovery_plan_version', 'effective_at'],
  ['recovery_point', 'seen_at', 'verified_at', 'gone_at'],
  ['recovery_ping', 'created_at'],
  ['recovery_run', 'started_at', 'ended_at', 'noted_at'],
  ['recovery_drill', 'started_at', 'finished_at', 'recorded_at'],
  ['recovery_drill_target', 'set_at'],
  // Else what was decided before would judge until then.
  ['policy_version', 'from_ms'],
];
/** What ends by itself after a while: it lasts as long as it was to last, not until a wrong clock would have ended it. */
const lasting = [
  ['session', 'created_at', 'expires_at'],
  ['api_key', 'created_at', 'expires_at'],
  ['enrolment_token', 'created_at', 'expires_at'],
  ['password_reset', 'created_at', 'expires_at'],
  ['client', 'report_key_at', 'report_key_expires_at'],
  ['recovery_ping', 'created_at', 'expires_at'],
] as const;
/** Stretches of time: what begins in the future is none. */
const stretches = ['presence_interval', 'check_interval'] as const;

export const unknownStep: SetBack = { sizeMs: 0, since: Number.POSITIVE_INFINITY };

/**
 * What a clock that was ahead has left, dated anew: earlier by as much as the clock was set back, where that is known, also what is
 * in the past by now; and in any case no later than now.
 */
export function futureStatements(
  { db }: Pick<Store, 'db'>,
  now: number,
  { sizeMs, since }: SetBack = unknownStep,
): CompiledQuery[] {
  const back = Math.min(0, sizeMs);
  // SQLite knows no infinity.
  const from = Math.min(since, Number.MAX_SAFE_INTEGER);
  const firstWrong = Math.min(from, now + 1);
  const past = pastColumns.flatMap(([table, ...columns]) =>
    columns.map((column) => {
      const name = sql.ref(column);
      return sql`UPDATE ${sql.table(table)} SET ${name} = min(${name} + ${back}, ${now})
        WHERE ${name} >= ${firstWrong}`;
    }),
  );
  // Before its beginning moves.
  const until = lasting.map(([table, begins, ends]) => {
    const [begin, end] = [sql.ref(begins), sql.ref(ends)];
    return sql`UPDATE ${sql.table(table)} SET ${end} = ${end} - (${begin} - min(${begin} + ${back}, ${now})) WHERE ${begin} >= ${firstWrong}`;
  });
  const ended = stretches.flatMap((table) => [
    // Below 0 in between, as no two of a machine may begin at the same time, not even for a moment.
    sql`UPDATE ${sql.table(table)} SET start_ms = -(start_ms + ${back}), end_ms = end_ms + ${back} WHERE start_ms >= ${from}`,
    sql`UPDATE ${sql.table(table)} SET end_ms = end_ms + ${back} WHERE start_ms >= 0 AND start_ms < ${from} AND end_ms >= ${from}`,
    sql`UPDATE ${sql.table(table)} SET start_ms = -start_ms WHERE start_ms < 0`,
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
    // A first day that a person chose stays; what was in force from when it was made on moves with that.
    sql`UPDATE contract_version SET
      effective_at = CASE WHEN effective_at = created_at THEN min(created_at + ${back}, ${now}) ELSE effective_at END,
      created_at = min(created_at + ${back}, ${now}) WHERE created_at >= ${firstWrong}`,
    sql`UPDATE blindness SET start_ms = start_ms + ${back}, end_ms = end_ms + ${back} WHERE start_ms >= ${from}`,
    sql`UPDATE blindness SET start_ms = ${now} WHERE start_ms > ${now}`,
    sql`UPDATE blindness SET end_ms = max(start_ms, ${now}) WHERE end_ms > ${now} AND end_ms > start_ms
      AND end_ms > ${now} + ${BLIND_AHEAD_MS}`,
  ];
  return [...redateJson(back, firstWrong, now), ...until, ...past, ...ended, ...others].map((query) =>
    query.compile(db),
  );
}

/** No try of a message is put off for longer. */
const RETRY_AHEAD_MS = 3_600_000;
/** A stretch in which the server could not see is noted with the time that agents have to come back. */
export const BLIND_AHEAD_MS = 600_000;
