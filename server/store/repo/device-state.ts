import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What detection remembers of each device between two reports. */
export interface DeviceStateRepository {
  all(): Promise<Row<'device_state'>[]>;
  get(deviceId: string): Promise<Row<'device_state'> | null>;
  /** Inserts or replaces, for {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  saveStatement(row: Row<'device_state'>): CompiledQuery;
}

export function deviceStateRepository({ db, scope }: ScopedContext): DeviceStateRepository {
  const select = () => db.selectFrom('device_state').selectAll().where(ofScope(scope, 'device_state.client_id'));
  return {
    all: () => select().execute(),
    get: async (deviceId) => (await select().where('device_id', '=', deviceId).executeTakeFirst()) ?? null,
    saveStatement(row) {
      requireInScope(scope, row.client_id);
      return db
        .insertInto('device_state')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('device_id')
            .doUpdateSet({ state_json: row.state_json, cursor: row.cursor, saved_at: row.saved_at })
            .where('device_state.client_id', '=', row.client_id),
        )
        .compile();
    },
  };
}
