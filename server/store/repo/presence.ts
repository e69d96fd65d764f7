import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** The ledger of availability: half-open intervals of a device that never overlap. */
export interface PresenceRepository {
  /** Those that overlap [fromMs, toMs), oldest first and whole: the caller clips. */
  between(deviceId: string, fromMs: number, toMs: number): Promise<Row<'presence_interval'>[]>;
  /** The latest one of a device. */
  last(deviceId: string): Promise<Row<'presence_interval'> | null>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: NewRow<'presence_interval'>): CompiledQuery;
  /** For {@link Store.commit}: a revision deletes what it replaces. Changes nothing outside the scope. */
  deleteStatement(id: number): CompiledQuery;
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
    async last(deviceId) {
      const row = await select().where('device_id', '=', deviceId).orderBy('start_ms', 'desc').executeTakeFirst();
      return row ?? null;
    },
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('presence_interval').values(row).compile();
    },
    deleteStatement: (id) => db.deleteFrom('presence_interval').where(mine).where('id', '=', id).compile(),
  };
}
