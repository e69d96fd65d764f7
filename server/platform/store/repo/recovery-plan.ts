import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Plans of recovery and the versions of what each promises. Statements are for {@link Store.commit}. */
export interface RecoveryPlanRepository {
  /** Also removed ones: their past stays. Oldest first. */
  all(): Promise<Row<'recovery_plan'>[]>;
  /** Oldest first. */
  versions(): Promise<Row<'recovery_plan_version'>[]>;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertStatement(row: NewRow<'recovery_plan'>): CompiledQuery;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertVersionStatement(row: NewRow<'recovery_plan_version'>): CompiledQuery;
  removeStatement(id: string, at: number): CompiledQuery;
}

export function recoveryPlanRepository({ db, scope }: ScopedContext): RecoveryPlanRepository {
  const mine = ofScope(scope, 'recovery_plan.client_id');
  return {
    all: () => db.selectFrom('recovery_plan').selectAll().where(mine).orderBy('created_at').orderBy('id').execute(),
    versions: () =>
      db
        .selectFrom('recovery_plan_version')
        .selectAll()
        .where(ofScope(scope, 'recovery_plan_version.client_id'))
        .orderBy('id')
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('recovery_plan').values(row).compile();
    },
    insertVersionStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('recovery_plan_version').values(row).compile();
    },
    removeStatement: (id, at) =>
      db
        .updateTable('recovery_plan')
        .set({ removed_at: at })
        .where(mine)
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .compile(),
  };
}
