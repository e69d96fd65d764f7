import { createHash, randomBytes, randomUUID } from 'node:crypto';
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

/** Logins of people. The cookie's secret is 32 random bytes; only its SHA-256 is stored. */
export interface Sessions {
  create(userId: string): Promise<{ readonly sessionId: string; readonly secret: string }>;
  /** Null if the secret is unknown, revoked or expired, or the user is disabled. Keeps the session alive. */
  verify(secret: string): Promise<LiveSession | null>;
  /** The same by id, without keeping it alive: for sockets that stay open. */
  stillValid(sessionId: string): Promise<boolean>;
  revoke(sessionId: string): Promise<void>;
  /** Deletes sessions that nobody can use any more: call it once a day. Returns how many. */
  prune(): Promise<number>;
}

const SECRET_PATTERN = /^[A-Za-z0-9_-]{43}$/;
const TOUCH_EVERY_MS = 60_000;

export function createSessions(store: Store, clock: () => number, lastUse: LastUse = inMemoryUse()): Sessions {
  const seenAt = ({ id, last_seen_at }: Row<'session'>): number => Math.max(last_seen_at, lastUse.of(id) ?? 0);

  async function liveUser(session: Row<'session'> | null): Promise<Row<'user'> | null> {
    if (session === null || session.revoked_at !== null) return null;
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
      await store.sessions.insert({
        id: sessionId,
        token_hash: hashOf(secret),
        user_id: userId,
        created_at: now,
        last_seen_at: now,
        expires_at: now + SESSION_MAX_MS,
        revoked_at: null,
      });
      return { sessionId, secret };
    },

    async verify(secret) {
      if (!SECRET_PATTERN.test(secret)) return null;
      const session = await store.sessions.byTokenHash(hashOf(secret));
      const user = await liveUser(session);
      if (session === null || user === null) return null;
      const now = clock();
      if (now - seenAt(session) >= TOUCH_EVERY_MS) lastUse.note(session.id, now);
      return { sessionId: session.id, user };
    },

    stillValid: async (sessionId) => (await liveUser(await store.sessions.get(sessionId))) !== null,
    revoke: (sessionId) => store.sessions.revoke(sessionId),
    async prune() {
      await lastUse.flush();
      return store.sessions.prune(clock() - SESSION_IDLE_MS);
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
