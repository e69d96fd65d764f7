import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';

export const SESSION_IDLE_MS = 12 * 3_600_000;
export const SESSION_MAX_MS = 30 * 86_400_000;

export interface LiveSession {
  readonly sessionId: string;
  readonly user: Row<'user'>;
}

/** Logins of people. The cookie's secret is 32 random bytes; only its SHA-256 is stored. */
export interface Sessions {
  create(userId: string): Promise<{ readonly sessionId: string; readonly secret: string }>;
  /** Null if the secret is unknown, revoked or expired, or the user is disabled. Keeps the session alive. */
  verify(secret: string): Promise<LiveSession | null>;
  /** The same by id, without keeping it alive: for sockets that stay open. */
  stillValid(sessionId: string): Promise<boolean>;
  revoke(sessionId: string): Promise<void>;
  /** Deletes sessions that nobody can use any more: call it once a day. */
  prune(): Promise<number>;
}

export declare function createSessions(store: Store, clock: () => number): Sessions;
