import type { CompiledQuery } from 'kysely';
import type { Scope } from '../../domain/scope.ts';
import type { AuditAction } from './audit/actions.ts';
import type { ScopedStore, StoreHandle } from './store.ts';

/** Who acts: a person, a key (`key:<id>`), or the server for what comes from outside. */
export interface Doer {
  readonly id: string;
  /** By which a person is logged in; it must still stand when the act's turn comes. */
  readonly sessionId?: string | null;
  /** What the audit log says besides, of whoever this is. */
  readonly audited?: Readonly<Record<string, unknown>>;
}

/** What one act changes. */
export interface Turn {
  /** To be written in the transaction of the act. */
  add(...statements: readonly CompiledQuery[]): void;
  /** Called once it is durable: memory, then who is shown it. */
  afterwards(work: () => void): void;
  /** Called if it is refused: for memory that has to be ahead while the rest is decided. */
  otherwise(undo: () => void): void;
  /** The row of the audit log: the id of what was acted on. Every act has exactly one. */
  record(subject: string, detail?: Readonly<Record<string, unknown>>): void;
}

/** Within an act that changes clients, sites or people: memory and screens follow once it is written. */
export type FollowCatalogue = (turn: Turn, handle: StoreHandle) => Promise<void>;

/**
 * Does something to what lives in the database alone. `work` reads and writes in the transaction of the act, by what it is given and
 * by nothing else; that, the audit row and nothing less is written. @throws as `Act`
 */
export type ActOnStore = <T>(
  actor: Doer,
  action: AuditAction,
  scope: Scope,
  work: (turn: Turn, scoped: ScopedStore, handle: StoreHandle, now: number) => Promise<T>,
) => Promise<T>;
