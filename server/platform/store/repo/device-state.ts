import { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What detection remembers of each device between two reports. */
export interface DeviceStateRepository {
  all(): Promise<Row<'device_state'>[]>;
  get(deviceId: string): Promise<Row<'device_state'> | null>;
  /** Inserts or replaces, for {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  saveStatement(row: Row<'device_state'>): CompiledQuery;
}

// Written out: it is made for every device of the fleet twice a minute, and building it took longer than running it.
const SAVE = `
  INSERT INTO device_state (device_id, client_id, state_json, cursor, saved_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (device_id) DO UPDATE
  SET state_json = excluded.state_json, cursor = excluded.cursor, saved_at = excluded.saved_at
  WHERE device_state.client_id = excluded.client_id`;

export function deviceStateRepository({ db, scope }: ScopedContext): DeviceStateRepository {
  const select = () => db.selectFrom('device_state').selectAll().where(ofScope(scope, 'device_state.client_id'));
  return {
    all: () => select().execute(),
    get: async (deviceId) => (await select().where('device_id', '=', deviceId).executeTakeFirst()) ?? null,
    saveStatement(row) {
      requireInScope(scope, row.client_id);
      const { device_id, client_id, state_json, cursor, saved_at } = row;
      return CompiledQuery.raw(SAVE, [device_id, client_id, state_json, cursor, saved_at]);
    },
  };
}
