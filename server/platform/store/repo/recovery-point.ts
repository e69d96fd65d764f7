import { type CompiledQuery, sql } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** Points of recovery plans. Statements are for {@link Store.commit}. */
export interface RecoveryPointRepository {
  get(planId: string, pointId: string): Promise<Row<'recovery_point'> | null>;
  /** Of a plan, those that began at `at` (ms) or later, oldest first. */
  since(planId: string, at: number): Promise<Row<'recovery_point'>[]>;
  /** The newest of each plan by their start, at most `count` of each; those that began after they were seen are left out. */
  newest(count: number): Promise<Row<'recovery_point'>[]>;
  /** Takes the place of what was known of it. @throws VigiaError not_found if the client is outside the scope */
  saveStatement(row: Row<'recovery_point'>): CompiledQuery;
  /** Removes those that were seen before `at` (ms), and of each plan all but the newest `count`. @returns how many */
  prune(at: number, count: number): Promise<number>;
}

export function recoveryPointRepository({ db, scope }: ScopedContext): RecoveryPointRepository {
  const mine = ofScope(scope, 'recovery_point.client_id');
  return {
    get: async (planId, pointId) => {
      const points = db.selectFrom('recovery_point').selectAll().where(mine);
      return (await points.where('plan_id', '=', planId).where('point_id', '=', pointId).executeTakeFirst()) ?? null;
    },
    since: (planId, at) =>
      db
        .selectFrom('recovery_point')
        .selectAll()
        .where(mine)
        .where('plan_id', '=', planId)
        .where('started_at', '>=', at)
        .orderBy('started_at')
        .orderBy('point_id')
        .execute(),
    newest: async (count) => {
      const { rows } = await sql<Row<'recovery_point'>>`
        SELECT plan_id, client_id, point_id, started_at, finished_at, seen_at, completeness, size_bytes FROM (
          SELECT *, row_number() OVER (PARTITION BY plan_id ORDER BY started_at DESC, point_id) AS place
          FROM recovery_point WHERE started_at <= seen_at AND ${mine})
        WHERE place <= ${count} ORDER BY plan_id, started_at, point_id`.execute(db);
      return rows;
    },
    saveStatement(row) {
      requireInScope(scope, row.client_id);
      const { started_at, finished_at, seen_at, completeness, size_bytes } = row;
      return db
        .insertInto('recovery_point')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['plan_id', 'point_id'])
            .doUpdateSet({ started_at, finished_at, seen_at, completeness, size_bytes })
            .where('recovery_point.client_id', '=', row.client_id),
        )
        .compile();
    },
    prune: async (at, count) => {
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM recovery_point WHERE ${mine} AND (seen_at < ${at} OR (plan_id, point_id) IN (
          SELECT plan_id, point_id FROM (
            SELECT plan_id, point_id, row_number() OVER (PARTITION BY plan_id ORDER BY seen_at DESC, point_id) AS place
            FROM recovery_point WHERE ${mine}) WHERE place > ${count}))`.execute(db);
      return Number(numAffectedRows);
    },
  };
}
