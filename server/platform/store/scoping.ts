import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Thing } from '../../../protocol/said/refusals/things.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { inScope, onlyClient, type Scope } from '../../domain/scope.ts';
import type { ChainKey } from './audit/chain.ts';
import type { Tables } from './tables.ts';

/** What a repository is made of. Inside a transaction `db` is the transaction. */
export interface RepositoryContext {
  readonly db: Kysely<Tables>;
  readonly clock: () => number;
  /** Chains the audit log. */
  readonly chainKey: ChainKey;
}

export interface ScopedContext extends RepositoryContext {
  readonly scope: Scope;
}

/** The condition that `column`, which holds a client id, is inside the scope. */
export function ofScope(scope: Scope, column: string): RawBuilder<boolean> {
  if ('allClients' in scope) return sql<boolean>`1 = 1`;
  const only = onlyClient(scope);
  if (only !== null) return sql<boolean>`${sql.ref(column)} = ${only}`;
  // One parameter, however many there are: SQLite bounds those of a statement.
  const ids = JSON.stringify([...scope.clientIds]);
  return sql<boolean>`${sql.ref(column)} IN (SELECT value FROM json_each(${ids}))`;
}

/** @throws VigiaError not_found if the client is outside: what is not in scope does not exist. */
export function requireInScope(scope: Scope, clientId: string): void {
  if (!inScope(scope, clientId)) throw noSuch('client');
}

/** @throws VigiaError forbidden if the scope is that of some clients. */
export function requireEveryClient(scope: Scope): void {
  if (!('allClients' in scope)) throw refused('forbidden', said('refused.every-client'));
}

/** The row, or the error that there is none. */
export function found<T>(row: T | null | undefined, thing: Thing): T {
  if (row === undefined || row === null) throw noSuch(thing);
  return row;
}

/** Runs `work` in a transaction: in the one that is open already, or in its own. */
export function inTransaction<T>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}

/** The condition that the row comes after this position, in the ascending order of two columns. */
export function after(columns: readonly [string, string], position: readonly [number, string]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(columns[0])}, ${sql.ref(columns[1])}) > (${position[0]}, ${position[1]})`;
}

/** The same for the descending order. */
export function before(columns: readonly [string, string], position: readonly [number, string]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(columns[0])}, ${sql.ref(columns[1])}) < (${position[0]}, ${position[1]})`;
}
