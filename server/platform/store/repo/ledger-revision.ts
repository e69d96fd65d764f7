import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** What the ledger said before, what it says since, who changed it and why. Never changed, never deleted. */
export interface LedgerRevisionRepository {
  /** Those of a device or check that touch [fromMs, toMs), newest first, at most `limit`. */
  between(subjectId: string, fromMs: number, toMs: number, limit: number): Promise<Row<'ledger_revision'>[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: NewRow<'ledger_revision'>): CompiledQuery;
}

export function ledgerRevisionRepository({ db, scope }: ScopedContext): LedgerRevisionRepository {
  return {
    between: (subjectId, fromMs, toMs, limit) =>
      db
        .selectFrom('ledger_revision')
        .selectAll()
        .where(ofScope(scope, 'ledger_revision.client_id'))
        .where('subject_id', '=', subjectId)
        .where('from_ms', '<', toMs)
        .where('to_ms', '>', fromMs)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('ledger_revision').values(row).compile();
    },
  };
}
