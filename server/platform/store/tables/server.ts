import type { ColumnType, Generated } from 'kysely';
import type { Role } from '../../../../protocol/api/view.ts';

/** Who may use the server, and what it keeps of itself. */
export interface ServerTables {
  user: {
    id: string;
    email: string;
    name: string;
    role: Role;
    password_hash: string;
    created_at: number;
    disabled_at: number | null;
  };
  /** `token_hash` is the SHA-256 of the cookie's secret. */
  session: {
    id: string;
    token_hash: Uint8Array;
    user_id: string;
    created_at: number;
    last_seen_at: number;
    expires_at: number;
    revoked_at: number | null;
  };
  api_key: {
    id: string;
    secret_hash: Uint8Array;
    name: string;
    role: Role;
    client_id: string | null;
    created_at: number;
    created_by: string;
    last_used_at: number | null;
    revoked_at: number | null;
    /** Null: never. */
    expires_at: ColumnType<number | null, number | null | undefined, number | null>;
    /** Who kept it when its maker was disabled, and answers for it since. */
    kept_by: ColumnType<string | null, string | null | undefined, string | null>;
  };
  /**
   * From where a person has logged in: a browser or an address. `hash` is the SHA-256 of the account and the browser's secret
   * or the address.
   */
  known_place: { hash: Uint8Array; user_id: string; kind: 'browser' | 'address'; last_seen_at: number };
  /** One-time links to set a password, by the SHA-256 of their secrets. Ended is what was used or is void. */
  password_reset: {
    id: string;
    secret_hash: Uint8Array;
    user_id: string;
    created_at: number;
    created_by: string;
    expires_at: number;
    ended_at: number | null;
  };
  /** Small facts of the server itself: the journal cursor, the identity, the last time it was alive. */
  setting: { key: string; value_json: string };
  /**
   * Append-only chain: `hash` covers the row and `previous_hash`, with the key that `key_id` names; null: written before there was one.
   */
  audit: {
    id: Generated<number>;
    at: number;
    actor: string;
    action: string;
    subject: string;
    detail_json: string;
    previous_hash: Uint8Array;
    key_id: string | null;
    hash: Uint8Array;
  };
}
