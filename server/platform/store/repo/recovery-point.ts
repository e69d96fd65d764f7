import { type CompiledQuery, sql } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

export type PointRow = Row<'recovery_point'>;

/** Points of recovery plans. Statements are for {@link Store.commit}. */
export interface RecoveryPointRepository {
  get(planId: string, pointId: string): Promise<PointRow | null>;
  /**
   * Of each plan, or of one, the newest by their start: so many of those that are known to be whole and of the others, of those that
   * are there and that are gone. What failed and what began after it was seen is left out.
   */
  newest(count: number, planId?: string): Promise<PointRow[]>;
  /** Plans with points that stand on others. */
  chained(): Promise<string[]>;
  these(planId: string, pointIds: readonly string[]): Promise<PointRow[]>;
  /** These points of a plan and all that they stand on, at most `count` of that. */
  withForerunners(planId: string, pointIds: readonly string[], count: number): Promise<PointRow[]>;
  /** What began at `from` or later, by their start. */
  since(planId: string, from: number): Promise<PointRow[]>;
  /** Newest first by their start. */
  page(
    planId: string,
    before: { readonly startedAt: number; readonly id: string } | null,
    count: number,
  ): Promise<PointRow[]>;
  /** Takes the place of what was known of it. @throws VigiaError not_found if the client is outside the scope */
  saveStatement(row: PointRow): CompiledQuery;
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
    newest: async (count, planId) => {
      const ofPlan = planId === undefined ? sql`1` : sql`plan_id = ${planId}`;
      const { rows } = await sql<PointRow & { place_of: number }>`
        SELECT * FROM (
          SELECT *, row_number() OVER (PARTITION BY plan_id, gone_at IS NULL,
            completeness = 'complete' OR (completeness = 'seen' AND verified_at IS NOT NULL)
            ORDER BY started_at DESC, point_id) AS place_of
          FROM recovery_point WHERE ${ofPlan} AND completeness <> 'failed' AND started_at <= seen_at AND ${mine})
        WHERE place_of <= ${count} ORDER BY plan_id, started_at, point_id`.execute(db);
      return rows.map(({ place_of: _, ...row }) => row);
    },
    chained: async () => {
      const { rows } = await sql<{ plan_id: string }>`
        SELECT DISTINCT plan_id FROM recovery_point WHERE follows IS NOT NULL AND ${mine}`.execute(db);
      return rows.map(({ plan_id }) => plan_id);
    },
    these: async (planId, pointIds) => {
      const { rows } = await sql<PointRow>`
        SELECT * FROM recovery_point WHERE plan_id = ${planId}
          AND point_id IN (SELECT value FROM json_each(${JSON.stringify(pointIds)})) AND ${mine}`.execute(db);
      return rows;
    },
    withForerunners: async (planId, pointIds, count) => {
      const { rows } = await sql<PointRow>`
        WITH RECURSIVE back (id) AS (
          SELECT value FROM json_each(${JSON.stringify(pointIds)})
          UNION
          SELECT follows FROM recovery_point JOIN back ON point_id = back.id
          WHERE plan_id = ${planId} AND follows IS NOT NULL
          LIMIT ${count + pointIds.length})
        SELECT * FROM recovery_point WHERE plan_id = ${planId} AND point_id IN (SELECT id FROM back) AND ${mine}
        ORDER BY started_at, point_id`.execute(db);
      return rows;
    },
    since: (planId, from) =>
      db
        .selectFrom('recovery_point')
        .selectAll()
        .where(mine)
        .where('plan_id', '=', planId)
        .where('started_at', '>=', from)
        .orderBy('started_at')
        .orderBy('point_id')
        .execute(),
    page: async (planId, before, count) => {
      const older = before
        ? sql`(started_at < ${before.startedAt} OR (started_at = ${before.startedAt} AND point_id > ${before.id}))`
        : sql`1`;
      const { rows } = await sql<PointRow>`
        SELECT * FROM recovery_point WHERE plan_id = ${planId} AND ${older} AND ${mine}
        ORDER BY started_at DESC, point_id LIMIT ${count}`.execute(db);
      return rows;
    },
    saveStatement(row) {
      requireInScope(scope, row.client_id);
      const { plan_id: _, client_id: __, point_id: ___, ...known } = row;
      return db
        .insertInto('recovery_point')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['plan_id', 'point_id'])
            .doUpdateSet(known)
            .where('recovery_point.client_id', '=', row.client_id),
        )
        .compile();
    },
    prune: async (at, count) => {
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM recovery_point WHERE ${mine} AND (seen_at < ${at} OR (plan_id, point_id) IN (
          SELECT plan_id, point_id FROM (
            SELECT plan_id, point_id, row_number() OVER (PARTITION BY plan_id ORDER BY seen_at DESC, point_id) AS place_of
            FROM recovery_point WHERE ${mine}) WHERE place_of > ${count}))`.execute(db);
      return Number(numAffectedRows);
    },
  };
}
