import type { DatabaseSync } from 'node:sqlite';
import { type Said, said, typed } from '../../../../protocol/said/said.ts';

/**
 * What waits to be told, and why it was not, is kept as facts. Sentences of before stay as they were written, but for those without
 * values.
 */
export function sayMessages(database: DatabaseSync): void {
  const read = (sentence: unknown) => JSON.stringify(saidOf(String(sentence)));
  database.function('message_said', { deterministic: true }, read);
  database.exec(`
    ALTER TABLE outbox RENAME COLUMN last_error TO last_error_json;
    ALTER TABLE delivery RENAME COLUMN last_error TO last_error_json;
    UPDATE outbox SET last_error_json = message_said(last_error_json) WHERE last_error_json IS NOT NULL;
    UPDATE delivery SET last_error_json = message_said(last_error_json) WHERE last_error_json IS NOT NULL;
    UPDATE outbox SET payload_json = json_remove(json_set(payload_json, '$.said', json(message_said(payload_json ->> '$.sentence'))), '$.sentence')
      WHERE json_valid(payload_json) AND json_type(payload_json, '$.sentence') = 'text' AND json_type(payload_json, '$.said') IS NULL;
    UPDATE outbox SET payload_json = json_remove(json_set(payload_json, '$.noteSaid', json(message_said(payload_json ->> '$.note'))), '$.note')
      WHERE json_valid(payload_json) AND json_type(payload_json, '$.note') = 'text' AND json_type(payload_json, '$.noteSaid') IS NULL;
    UPDATE outbox SET payload_json = json_remove(json_set(payload_json, '$.titleSaid', json(message_said(payload_json ->> '$.title'))), '$.title')
      WHERE kind IN ('fleet.unseen', 'fleet.low-drives') AND json_valid(payload_json) AND json_type(payload_json, '$.title') = 'text';
  `);
}

/** Sentences without values. */
const constant = new Map<string, Said>([
  ['Workstations out of sight', said('unseen.title')],
  ['Workstations short of space', said('drives.low.title')],
  ['The receiver was removed.', said('delivery.removed')],
  ['The message cannot be read.', said('delivery.unreadable')],
  ['The server closed the connection.', said('delivery.closed')],
  ['There was no answer within 30 s.', said('unanswered', { withinMs: 30_000 })],
]);

function saidOf(sentence: string): Said {
  return constant.get(sentence) ?? typed(sentence);
}
