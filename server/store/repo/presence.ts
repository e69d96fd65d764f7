import type { CompiledQuery } from 'kysely';
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
