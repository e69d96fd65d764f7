import { type CompiledQuery, sql } from 'kysely';
import type { Said } from '../../../../protocol/said/said.ts';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** What the ledger said before, what it says since, who changed it and why. Never changed, never deleted. */
export interface LedgerRevisionRepository {
  /** Those of a device or check that touch [fromMs, toMs), newest first, at most `limit`. */
  between(subjectId: string, fromMs: number, toMs: number, limit: number): Promise<Row<'ledger_revision'>[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: NewRow<'ledger_revision'>): CompiledQuery;
  /**
   * Says what late evidence changes of what stands by then: to be put before the statements that change it. Where nothing stood, or
   * stands as before, nothing is revised.
   */
  lateStatement(revision: LateRevision): CompiledQuery;
}

/** Of a device, in [from, to), ms; `after` is what is said of it from now on. */
export interface LateRevision {
  readonly clientId: string;
  readonly deviceId: string;
  readonly at: number;
  readonly why: Said;
  readonly from: number;
  readonly to: number;
  readonly after: readonly object[];
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
    lateStatement({ clientId, deviceId, at, why, from, to, after }) {
      requireInScope(scope, clientId);
      const then = JSON.stringify(after);
      return sql`
        INSERT INTO ledger_revision (client_id, subject_kind, subject_id, at, by_user, said_json, from_ms, to_ms, before_json, after_json)
        SELECT ${clientId}, 'device', ${deviceId}, ${at}, 'server', ${JSON.stringify(why)}, ${from}, ${to}, said, ${then}
        FROM (
          SELECT json_group_array(json_object(
            'from', max(start_ms, ${from}), 'to', min(end_ms, ${to}), 'state', state, 'reason', reason
          ) ORDER BY start_ms) AS said
          FROM presence_interval
          WHERE device_id = ${deviceId} AND client_id = ${clientId} AND start_ms < ${to} AND end_ms > ${from}
        )
        WHERE said <> '[]' AND said <> ${then}`.compile(db);
    },
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('ledger_revision').values(row).compile();
    },
  };
}
