import type { Insertable, Selectable } from 'kysely';
import type { FleetTables } from './tables/fleet.ts';
import type { IncidentTables } from './tables/incidents.ts';
import type { LedgerTables } from './tables/ledger.ts';
import type { PromiseTables } from './tables/promises.ts';
import type { ServerTables } from './tables/server.ts';

/**
 * The rows of the state database. Times are integer milliseconds since 1970 by the server's clock; `_json` columns hold JSON
 * text; identifiers are random (`crypto.randomUUID`) unless the row is an append-only log, which counts.
 */
export interface Tables extends FleetTables, IncidentTables, LedgerTables, PromiseTables, ServerTables {}

export type TableName = keyof Tables;
export type Row<T extends TableName> = Selectable<Tables[T]>;
export type NewRow<T extends TableName> = Insertable<Tables[T]>;
