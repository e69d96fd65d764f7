import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { VigiaError } from '../../../protocol/error.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import { inMemoryUse, type LastUse } from './last-use.ts';

/** A session ends when nobody used it for this long, */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** and in any case after this. */
export const SESSION_MAX_MS = 30 * 86_400_000;

export interface LiveSession {
  readonly sessionId: string;
  readonly user: Row<'user'>;
}

/**
 * Logins of people. The cookie's secret is 32 random bytes; only its SHA-256 is stored. What cannot be stored, because the disk is
 * full, lives in memory until the server ends: whoever is to mend it must get in. What was ended then is tried again until it is stored, as a start
 * would take it for valid.
 */
export interface Sessions {
  create(userId: string): Promise<{ readonly sessionId: string; readonly secret: string }>;
  /** Null if the secret is unknown, revoked or expired, or the user is disabled. Keeps the session alive. */
  verify(secret: string): Promise<LiveSession | null>;
  /** The same by id, without keeping it alive: for sockets that stay open. */
  stillValid(sessionId: string): Promise<boolean>;
  revoke(sessionId: string): Promise<void>;
  /** Ends those in memory, all or all but one, where a new password has ended those that are stored. */
  endInMemory(userId: string, butSessionId?: string): void;
  /**
   * Deletes sessions that nobody can use any more at `now`, ms; null: nobody can say what time it is, and all stay. Call it once a
   * day. Returns how many were deleted.
   */
  prune(now: number | null): Promise<number>;
  /** Tries a last time to store what was ended, and no more afterwards. */
  close(): Promise<void>;
}

const SECRET_PATTERN = /^[A-Za-z0-9_-]{43}$/;
const TOUCH_EVERY_MS = 60_000;
/** Logins and logouts that could not be stored. */
const MAX_IN_MEMORY = 1_000;
/** What was ended and could not be stored is tried again so often. */
const RETRY_MS = 2_000;

interface SessionLog {
  warn(fields: object, message: string): void;
}

export function createSessions(
  store: Store,
  clock: () => number,
  lastUse: LastUse = inMemoryUse(),
  logger?: SessionLog,
): Sessions {
  const seenAt = ({ id, last_seen_at }: Row<'session'>): number => Math.max(last_seen_at, lastUse.of(id) ?? 0);
  /** By the hash of their secrets. */
  const inMemory = new Map<string, Row<'session'>>();
  const unstored = createUnstoredEnds((id) => store.sessions.revoke(id), logger);

  function byHash(hash: Buffer): Row<'session'> | null {
    return inMemory.get(hash.toString('base64url')) ?? null;
  }

  async function byId(id: string): Promise<Row<'session'> | null> {
    for (const session of inMemory.values()) if (session.id === id) return session;
    return store.sessions.get(id);
  }

  async function liveUser(session: Row<'session'> | null): Promise<Row<'user'> | null> {
    if (session === null || session.revoked_at !== null || unstored.has(session.id)) return null;
    const now = clock();
    if (now >= session.expires_at || now - seenAt(session) >= SESSION_IDLE_MS) return null;
    const user = await store.users.get(session.user_id);
    return user === null || user.disabled_at !== null ? null : user;
  }

  return {
    async create(userId) {
      const secret = randomBytes(32).toString('base64url');
      const sessionId = randomUUID();
      const now = clock();
      const row = {
        id: sessionId,
        token_hash: hashOf(secret),
        user_id: userId,
        created_at: now,
        last_seen_at: now,
        expires_at: now + SESSION_MAX_MS,
        revoked_at: null,
      };
      await store.sessions.insert(row).catch((cause: unknown) => {
        if (!isUnwritable(cause) || inMemory.size >= MAX_IN_MEMORY) throw cause;
        logger?.warn({ err: cause }, 'a login is kept in memory: it cannot be stored');
        inMemory.set(row.token_hash.toString('base64url'), row);
      });
      return { sessionId, secret };
    },

    async verify(secret) {
      if (!SECRET_PATTERN.test(secret)) return null;
      const hash = hashOf(secret);
      const session = byHash(hash) ?? (await store.sessions.byTokenHash(hash));
      const user = await liveUser(session);
      if (session === null || user === null) return null;
      const now = clock();
      if (hasPassed(TOUCH_EVERY_MS, seenAt(session), now)) lastUse.note(session.id, now);
      return { sessionId: session.id, user };
    },

    stillValid: async (sessionId) => (await liveUser(await byId(sessionId))) !== null,
    async revoke(sessionId) {
      for (const [hash, session] of inMemory) if (session.id === sessionId) inMemory.delete(hash);
      await store.sessions.revoke(sessionId).catch((cause: unknown) => {
        if (!isUnwritable(cause) || unstored.size >= MAX_IN_MEMORY) throw cause;
        unstored.add(sessionId);
      });
    },
    endInMemory(userId, butSessionId) {
      for (const [hash, { id, user_id }] of inMemory) {
        if (user_id === userId && id !== butSessionId) inMemory.delete(hash);
      }
    },
    async prune(now) {
      await lastUse.flush();
      if (now === null) return 0;
      for (const [hash, session] of inMemory) {
        if (now >= session.expires_at || now - seenAt(session) >= SESSION_IDLE_MS) inMemory.delete(hash);
      }
      return store.sessions.prune(now, now - SESSION_IDLE_MS);
    },
    close: () => unstored.close(),
  };
}

/** Sessions that are over and could not be stored as such: tried again every two seconds, until the disk takes writes. */
function createUnstoredEnds(revoke: (id: string) => Promise<void>, logger?: SessionLog) {
  const ids = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  async function write(): Promise<void> {
    try {
      for (const id of ids) {
        await revoke(id);
        ids.delete(id);
      }
    } catch (cause) {
      if (!isUnwritable(cause) || isClosed) logger?.warn({ err: cause }, 'that a session was ended cannot be stored');
    }
  }

  function arm(): void {
    if (timer !== null || isClosed) return;
    timer = setTimeout(() => {
      void write().then(() => {
        timer = null;
        if (ids.size > 0) arm();
      });
    }, RETRY_MS);
    timer.unref();
  }

  return {
    has: (id: string): boolean => ids.has(id),
    get size() {
      return ids.size;
    },
    add(id: string): void {
      ids.add(id);
      arm();
    },
    async close(): Promise<void> {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await write();
    },
  };
}

/** True if nothing can be written at the moment, whatever it is. */
export function isUnwritable(cause: unknown): boolean {
  return cause instanceof VigiaError && cause.code === 'unavailable';
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
