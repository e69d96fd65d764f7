import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** Restores that were tried, and how often one is wanted of a plan. Statements are for {@link Store.commit}. */
export interface RecoveryDrillRepository {
  /** Oldest first. */
  all(): Promise<Row<'recovery_drill'>[]>;
  targets(): Promise<Row<'recovery_drill_target'>[]>;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertStatement(row: Row<'recovery_drill'>): CompiledQuery;
  /** Takes the place of what was wanted before. @throws VigiaError not_found if the client is outside the scope */
  setTargetStatement(row: Row<'recovery_drill_target'>): CompiledQuery;
  /** Removes what ended before `at`, ms. @returns how many */
  prune(at: number): Promise<number>;
}

export function recoveryDrillRepository({ db, scope }: ScopedContext): RecoveryDrillRepository {
  const mine = ofScope(scope, 'recovery_drill.client_id');
  return {
    all: () => db.selectFrom('recovery_drill').selectAll().where(mine).orderBy('started_at').orderBy('id').execute(),
    targets: () =>
      db
        .selectFrom('recovery_drill_target')
        .selectAll()
        .where(ofScope(scope, 'recovery_drill_target.client_id'))
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('recovery_drill').values(row).compile();
    },
    setTargetStatement(row) {
      requireInScope(scope, row.client_id);
      const { document_json, set_at, set_by } = row;
      return db
        .insertInto('recovery_drill_target')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('plan_id')
            .doUpdateSet({ document_json, set_at, set_by })
            .where('recovery_drill_target.client_id', '=', row.client_id),
        )
        .compile();
    },
    prune: async (at) => {
      const { numDeletedRows } = await db
        .deleteFrom('recovery_drill')
        .where(mine)
        .where('finished_at', '<', at)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
