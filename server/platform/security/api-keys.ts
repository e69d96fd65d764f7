import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Role } from '../../../protocol/api/view.ts';
import { everyClient, ofClients, type Scope } from '../../domain/scope.ts';
import type { ScopedStore, Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import { earlierEnd, endOfMaker } from './end-of-maker.ts';
import { inMemoryUse, type LastUse } from './last-use.ts';

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  /** Null: every client. */
  readonly clientId: string | null;
  readonly createdBy: string;
  /** Null, or left out: it never ends. */
  readonly expiresInMs?: number | null;
}

/** Keys of machines: `vigk_` and 43 characters of base64url. Only their SHA-256 is stored. */
export interface ApiKeys {
  /**
   * Within an act. `key` is shown this once. The caller has checked `mayGrant`.
   * @throws VigiaError not_found if the client is not in scope, forbidden if a key of every client is asked for in one's scope
   */
  create(
    scoped: Pick<ScopedStore, 'apiKeys'>,
    key: NewApiKey,
  ): Promise<{ readonly row: Row<'api_key'>; readonly key: string }>;
  /** Null if unknown, revoked or expired. Notes the use, which is written behind. */
  verify(key: string): Promise<Row<'api_key'> | null>;
}

const KEY_PATTERN = /^vigk_[A-Za-z0-9_-]{43}$/;

/** What the key may see. */
export function scopeOfKey(row: Row<'api_key'>): Scope {
  return row.client_id === null ? everyClient : ofClients(row.client_id);
}

export function createApiKeys(store: Store, clock: () => number, lastUse: LastUse = inMemoryUse()): ApiKeys {
  const { apiKeys } = store.scoped(everyClient);
  return {
    async create(scoped, { name, role, clientId, createdBy, expiresInMs = null }) {
      const key = `vigk_${randomBytes(32).toString('base64url')}`;
      const createdAt = clock();
      const wanted = expiresInMs === null ? null : createdAt + expiresInMs;
      const row = await scoped.apiKeys.insert({
        id: randomUUID(),
        secret_hash: hashOf(key),
        name,
        role,
        client_id: clientId,
        created_at: createdAt,
        created_by: createdBy,
        last_used_at: null,
        revoked_at: null,
        expires_at: earlierEnd(wanted, await endOfMaker(scoped, createdBy)),
      });
      return { row, key };
    },

    async verify(key) {
      if (!KEY_PATTERN.test(key)) return null;
      // The look-up is by the hash: how long it takes says nothing about any key that exists.
      const row = await apiKeys.bySecretHash(hashOf(key));
      const now = clock();
      if (row === null || (row.expires_at !== null && now >= row.expires_at)) return null;
      lastUse.note(row.id, now);
      return row;
    },
  };
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
