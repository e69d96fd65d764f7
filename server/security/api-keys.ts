import type { Role } from '../../protocol/view.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';

export interface NewApiKey {
  readonly name: string;
  readonly role: Role;
  /** Null: every client. */
  readonly clientId: string | null;
  readonly createdBy: string;
}

/** Keys of machines: `vigk_` and 43 characters of base64url. Only their SHA-256 is stored. */
export interface ApiKeys {
  /** `key` is shown this once. The caller has checked `mayGrant`. @throws VigiaError not_found if the client is not in scope. */
  create(scope: Scope, key: NewApiKey): Promise<{ readonly row: Row<'api_key'>; readonly key: string }>;
  /** Null if unknown or revoked. Notes the use at most once a minute. */
  verify(key: string): Promise<Row<'api_key'> | null>;
}

/** What the key may see. */
export declare function scopeOfKey(row: Row<'api_key'>): Scope;

export declare function createApiKeys(store: Store, clock: () => number): ApiKeys;
