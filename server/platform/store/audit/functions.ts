import type { DatabaseSync } from 'node:sqlite';
import { type ChainKey, macOf } from './chain.ts';

/**
 * Lets the database itself chain a row where it is written: `audit_key()` and `audit_mac(id, at, actor, action, subject, detail_json,
 * previous_hash)`. So a row is one statement among others in whatever transaction it belongs to.
 */
export function addAuditFunctions(database: DatabaseSync, key: ChainKey): void {
  database.function('audit_key', { deterministic: true }, () => key.id);
  database.function('audit_mac', { deterministic: true }, (id, at, actor, action, subject, detail, previous) => {
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
