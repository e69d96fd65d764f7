import { type CompiledQuery, sql } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** The ledger of availability: half-open intervals of a device that never overlap. */
export interface PresenceRepository {
  /** Those that overlap [fromMs, toMs), oldest first and whole: the caller clips. */
  between(deviceId: string, fromMs: number, toMs: number): Promise<Row<'presence_interval'>[]>;
  /** The latest one of a device. */
  last(deviceId: string): Promise<Row<'presence_interval'> | null>;
  /**
   * The ledger without its evidence, by device and start: what is not up, after that stretch. For the start of the server, which
   * reads years of a whole fleet.
   */
  notUp(after: Pick<NotUp, 'deviceId' | 'start'> | null, limit: number): Promise<NotUp[]>;
  /** Time between two rows of a device that no row covers: `unknown`. There should be none. */
  holes(): Promise<NotUp[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: NewRow<'presence_interval'>): CompiledQuery;
  /**
   * For {@link Store.commit}: [fromMs, toMs) of a device is said anew. The run that follows a gap begins before the proof that ended
   * the gap: it keeps what lies beyond.
   */
  clearStatements(
    device: { readonly id: string; readonly client_id: string },
    fromMs: number,
    toMs: number,
  ): CompiledQuery[];
  /** For {@link Store.commit}: a revision deletes what it replaces. Changes nothing outside the scope. */
  deleteStatement(id: number): CompiledQuery;
}

export interface NotUp {
  readonly deviceId: string;
  readonly start: number;
  readonly end: number;
  readonly state: 'down' | 'excluded' | 'unknown';
}

export function presenceRepository({ db, scope }: ScopedContext): PresenceRepository {
  const mine = ofScope(scope, 'presence_interval.client_id');
  const select = () => db.selectFrom('presence_interval').selectAll().where(mine);
  return {
    async between(deviceId, fromMs, toMs) {
      // Intervals never overlap, so only the last one that starts before the range can reach into it: the index answers both.
      const straddling = await select()
        .where('device_id', '=', deviceId)
        .where('start_ms', '<', fromMs)
        .orderBy('start_ms', 'desc')
        .limit(1)
        .execute();
      const inside = await select()
        .where('device_id', '=', deviceId)
        .where('start_ms', '>=', fromMs)
        .where('start_ms', '<', toMs)
        .orderBy('start_ms')
        .execute();
      return [...straddling.filter((row) => row.end_ms > fromMs && row.start_ms < toMs), ...inside];
    },
    async notUp(after, limit) {
      const past = after ? sql`(device_id, start_ms) > (${after.deviceId}, ${after.start})` : sql`1 = 1`;
      const { rows } = await sql<NotUp>`
        SELECT device_id AS "deviceId", start_ms AS "start", end_ms AS "end", state FROM presence_interval
        WHERE state <> 'up' AND ${mine} AND ${past} ORDER BY device_id, start_ms LIMIT ${limit}`.execute(db);
      return rows;
    },
    async holes() {
      const { rows } = await sql<NotUp>`
        SELECT device_id AS "deviceId", ended AS "start", start_ms AS "end", 'unknown' AS state FROM (
          SELECT device_id, start_ms, lag(end_ms) OVER (PARTITION BY device_id ORDER BY start_ms) AS ended
          FROM presence_interval WHERE ${mine}
        ) WHERE start_ms > ended`.execute(db);
      return rows;
    },
    async last(deviceId) {
      const row = await select().where('device_id', '=', deviceId).orderBy('start_ms', 'desc').executeTakeFirst();
      return row ?? null;
    },
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('presence_interval').values(row).compile();
    },
    clearStatements({ id, client_id }, from, to) {
      requireInScope(scope, client_id);
      const begun = sql`device_id = ${id} AND client_id = ${client_id} AND start_ms >= ${from}`;
      return [
        sql`DELETE FROM presence_interval WHERE ${begun} AND end_ms <= ${to}`.compile(db),
        sql`UPDATE presence_interval SET start_ms = ${to} WHERE ${begun} AND start_ms < ${to} AND end_ms > ${to}`.compile(
          db,
        ),
      ];
    },
    deleteStatement: (id) => db.deleteFrom('presence_interval').where(mine).where('id', '=', id).compile(),
  };
}
