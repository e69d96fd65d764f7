import type { DatabaseSync } from 'node:sqlite';
import { type ChainKey, macOf } from './chain.ts';

/**
 * Lets the database itself chain a row where it is written: `audit_key()` and `audit_mac(id, at, actor, action, subject, detail_json,
 * previous_hash)`. So a row is one statement among others in whatever transaction it belongs to. Statements alone may call them: a
 * trigger or a view that somebody left in the database gets nothing signed.
 */
export function addAuditFunctions(database: DatabaseSync, key: ChainKey): void {
  const options = { deterministic: true, directOnly: true };
  database.function('audit_key', options, () => key.id);
  database.function('audit_mac', options, (id, at, actor, action, subject, detail, previous) => {
    return new Uint8Array(
      macOf(key, {
        id: Number(id),
        at: Number(at),
        actor: String(actor),
        action: String(action),
        subject: String(subject),
        detail_json: String(detail),
        previous_hash: previous as Uint8Array,
        key_id: key.id,
      }),
    );
  });
}
