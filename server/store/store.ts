import type { CompiledQuery, Kysely } from 'kysely';
import type { Scope } from '../domain/scope.ts';
import type { AuditLog } from './audit.ts';
import type { ApiKeyRepository } from './repo/api-key.ts';
import type { ClientRepository } from './repo/client.ts';
import type { DeviceRepository } from './repo/device.ts';
import type { DeviceStateRepository } from './repo/device-state.ts';
import type { IncidentRepository } from './repo/incident.ts';
import type { PresenceRepository } from './repo/presence.ts';
import type { SessionRepository } from './repo/session.ts';
import type { SiteRepository } from './repo/site.ts';
import type { TokenRepository } from './repo/token.ts';
import type { UserRepository } from './repo/user.ts';
import type { Settings } from './settings.ts';
import type { Tables } from './tables.ts';

/** Everything that belongs to clients, bound to a scope: no method reads or writes outside it. */
export interface ScopedStore {
  readonly scope: Scope;
  readonly clients: ClientRepository;
  readonly sites: SiteRepository;
  readonly devices: DeviceRepository;
  readonly deviceStates: DeviceStateRepository;
  readonly tokens: TokenRepository;
  readonly incidents: IncidentRepository;
  readonly presence: PresenceRepository;
  readonly apiKeys: ApiKeyRepository;
}

/** What can be read and written, alone or inside a transaction. */
export interface StoreHandle {
  /** The query builder itself, for what no repository offers; it knows no scope. Also compiles statements for `commit`. */
  readonly db: Kysely<Tables>;
  scoped(scope: Scope): ScopedStore;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly settings: Settings;
  readonly audit: AuditLog;
}

/**
 * The state database. Every method may throw VigiaError `unavailable` (disk full or failing, closed, deadline passed; see
 * {@link isDiskFull}), `overloaded` (too many callers wait) and `conflict` (a unique or foreign key forbids it).
 */
export interface Store extends StoreHandle {
  /** All of these or none, in one transaction and one message to the worker; durable when it resolves. */
  commit(statements: readonly CompiledQuery[]): Promise<void>;
  /** Runs `work` in a transaction, alone; it rolls back when `work` throws. Inside, use only the handle given. */
  transaction<T>(work: (handle: StoreHandle) => Promise<T>): Promise<T>;
  /** Ends the worker after what is under way. Later calls throw `unavailable`. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The database file; made if it does not exist. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger?: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
}

/**
 * Opens the database, checks it and brings its tables up to this build.
 * @throws VigiaError database_newer, database_damaged, unavailable
 */
export declare function openStore(options: StoreOptions): Promise<Store>;

/** True if the error says that the disk of the database is full: nothing was written, and it may work again later. */
export declare function isDiskFull(error: unknown): boolean;
