import type { CompiledQuery } from 'kysely';
import type { Row } from '../tables.ts';

/** What detection remembers of each device between two reports. */
export interface DeviceStateRepository {
  all(): Promise<Row<'device_state'>[]>;
  get(deviceId: string): Promise<Row<'device_state'> | null>;
  /** Inserts or replaces, for {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  saveStatement(row: Row<'device_state'>): CompiledQuery;
}
