import { type CompiledQuery, sql } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

export type RunRow = Row<'recovery_run'>;

/** Runs of backups, and the secret addresses by which they are told. Statements are for {@link Store.commit}. */
export interface RecoveryRunRepository {
  /** Of each plan those that go on, the newest, and the newest that ended. Oldest first. */
  standing(): Promise<RunRow[]>;
  /** Of a plan, newest first, from before the number `before`. */
  page(planId: string, before: number | null, count: number): Promise<RunRow[]>;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertStatement(row: NewRow<'recovery_run'>): CompiledQuery;
  endStatement(
    id: number,
    end: Omit<RunRow, 'id' | 'plan_id' | 'client_id' | 'name' | 'started_at' | 'told_by'>,
  ): CompiledQuery;
  /** Removes those that were noted before `at` (ms), and of each plan all but the newest `count`. @returns how many */
  prune(at: number, count: number): Promise<number>;
  pings(): Promise<Row<'recovery_ping'>[]>;
  /** In place of the one that it had. @throws VigiaError not_found if the client is outside the scope */
  putPingStatement(row: Row<'recovery_ping'>): CompiledQuery;
  removePingStatement(planId: string): CompiledQuery;
}

export function recoveryRunRepository({ db, scope }: ScopedContext): RecoveryRunRepository {
  const mine = ofScope(scope, 'recovery_run.client_id');
  const mineOfPings = ofScope(scope, 'recovery_ping.client_id');
  return {
    standing: async () => {
      const { rows } = await sql<RunRow>`
        SELECT * FROM recovery_run WHERE ${mine} AND (outcome = 'running'
          OR id IN (SELECT max(id) FROM recovery_run GROUP BY plan_id)
          OR id IN (SELECT max(id) FROM recovery_run WHERE ended_at IS NOT NULL GROUP BY plan_id))
        ORDER BY id`.execute(db);
      return rows;
    },
    page: async (planId, before, count) => {
      const { rows } = await sql<RunRow>`
        SELECT * FROM recovery_run WHERE plan_id = ${planId} AND id < ${before ?? Number.MAX_SAFE_INTEGER} AND ${mine}
        ORDER BY id DESC LIMIT ${count}`.execute(db);
      return rows;
    },
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('recovery_run').values(row).compile();
    },
    endStatement: (id, end) => db.updateTable('recovery_run').set(end).where(mine).where('id', '=', id).compile(),
    prune: async (at, count) => {
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM recovery_run WHERE ${mine} AND (noted_at < ${at} OR id IN (
          SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY plan_id ORDER BY id DESC) AS place_of
            FROM recovery_run WHERE ${mine}) WHERE place_of > ${count}))`.execute(db);
      return Number(numAffectedRows);
    },
    pings: () => db.selectFrom('recovery_ping').selectAll().where(mineOfPings).orderBy('plan_id').execute(),
    putPingStatement(row) {
      requireInScope(scope, row.client_id);
      const { plan_id: _, client_id: __, ...known } = row;
      return db
        .insertInto('recovery_ping')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('plan_id').doUpdateSet(known).where('recovery_ping.client_id', '=', row.client_id),
        )
        .compile();
    },
    removePingStatement: (planId) =>
      db.deleteFrom('recovery_ping').where(mineOfPings).where('plan_id', '=', planId).compile(),
  };
}
