import { createHash } from 'node:crypto';
import { inTransaction, type RepositoryContext } from './scoping.ts';
import type { Row } from './tables.ts';

export interface AuditEntry {
  /** User id, `key:<id>` or `server`. */
  readonly actor: string;
  /** Such as `token.create`. */
  readonly action: string;
  /** The id of what was acted on. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly headHash: Uint8Array }
  | { readonly ok: false; readonly brokenAtId: number };

/** Append-only chain of who did what: each row's hash covers the row and the hash before it. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** Reads the whole chain. An entry that was changed, removed or inserted later breaks it; cutting the end off does not. */
  verify(): Promise<AuditVerdict>;
}

type Unhashed = Omit<Row<'audit'>, 'hash'>;

const GENESIS = new Uint8Array(32);
const BATCH = 1000;

/** SHA-256 over the canonical JSON of the row (an array in fixed order) and the hash before it. */
function hashOf(row: Unhashed): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([row.id, row.at, row.actor, row.action, row.subject, row.detail_json]))
    .update(row.previous_hash)
    .digest();
}

export function auditLog({ db, clock }: RepositoryContext): AuditLog {
  return {
    append: (entry) =>
      inTransaction(db, async (tx) => {
        const last = await tx.selectFrom('audit').select(['id', 'hash']).orderBy('id', 'desc').executeTakeFirst();
        const row: Unhashed = {
          id: (last?.id ?? 0) + 1,
          at: clock(),
          actor: entry.actor,
          action: entry.action,
          subject: entry.subject,
          detail_json: JSON.stringify(entry.detail ?? {}),
          previous_hash: last?.hash ?? GENESIS,
        };
        await tx
          .insertInto('audit')
          .values({ ...row, hash: hashOf(row) })
          .execute();
      }),

    async verify() {
      let head: Uint8Array = GENESIS;
      let entries = 0;
      for (;;) {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .where('id', '>', entries)
          .orderBy('id')
          .limit(BATCH)
          .execute();
        for (const row of rows) {
          entries += 1;
          const intact =
            row.id === entries && Buffer.compare(row.previous_hash, head) === 0 && hashOf(row).equals(row.hash);
          if (!intact) return { ok: false, brokenAtId: row.id };
          head = row.hash;
        }
        if (rows.length < BATCH) return { ok: true, entries, headHash: head };
      }
    },
  };
}
