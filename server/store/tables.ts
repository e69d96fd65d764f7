import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';
import type { DeviceKind, Priority, Role } from '../../protocol/view.ts';

/**
 * The rows of the state database. Times are integer milliseconds since 1970 by the server's clock; `_json` columns hold JSON
 * text; identifiers are random (`crypto.randomUUID`) unless the row is an append-only log, which counts.
 */
export interface Tables {
  client: { id: string; slug: string; name: string; created_at: number };
  site: { id: string; client_id: string; slug: string; name: string; created_at: number };
  device: {
    id: string;
    client_id: string;
    site_id: string;
    slug: string;
    name: string;
    kind: DeviceKind;
    public_key: Uint8Array;
    machine_id: string;
    hostname: string;
    os: string;
    agent_version: string;
    token_id: string;
    enrolled_at: number;
    retired_at: number | null;
    inventory_json: string | null;
    inventory_at: number | null;
  };
  /**
   * What detection remembers of a device between two reports: presence, rules in the middle of `for`. One JSON document that
   * includes every report up to the journal's `cursor`; a start replays the rest.
   */
  device_state: { device_id: string; client_id: string; state_json: string; cursor: number; saved_at: number };
  enrolment_token: {
    id: string;
    secret_hash: Uint8Array;
    client_id: string;
    site_id: string;
    kind: DeviceKind;
    uses_left: number;
    expires_at: number;
    created_at: number;
    created_by: string;
    revoked_at: number | null;
  };
  /** The ledger: closed, non-overlapping, half-open intervals of a device, each with what proves it. */
  presence_interval: {
    id: Generated<number>;
    client_id: string;
    device_id: string;
    start_ms: number;
    end_ms: number;
    state: 'up' | 'down' | 'excluded' | 'unknown';
    reason: string;
    evidence_json: string;
    revised: 0 | 1;
  };
  incident: {
    id: string;
    key: string;
    client_id: string;
    site_id: string | null;
    device_id: string | null;
    rule: string;
    object: string;
    priority: Priority;
    state: 'open' | 'acknowledged' | 'resolved';
    sentence: string;
    evidence_json: string;
    onset_at: number;
    opened_at: number;
    acknowledged_at: number | null;
    acknowledged_by: string | null;
    assignee_id: string | null;
    resolved_at: number | null;
    reopened_count: number;
    updated_at: number;
  };
  incident_event: {
    id: Generated<number>;
    client_id: string;
    incident_id: string;
    at: number;
    kind: string;
    by_user: string | null;
    text: string;
  };
  /** What must be told, at least once each; the idempotency key lets a receiver drop repeats. */
  outbox: {
    id: Generated<number>;
    client_id: string;
    idempotency_key: string;
    kind: string;
    payload_json: string;
    created_at: number;
    due_at: number;
    attempts: ColumnType<number, number | undefined, number>;
    delivered_at: number | null;
    last_error: string | null;
  };
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
  };
  /** Small facts of the server itself: the journal cursor, the identity, the last time it was alive. */
  setting: { key: string; value_json: string };
  /** Append-only hash chain: `hash` covers the row and `previous_hash`. */
  audit: {
    id: Generated<number>;
    at: number;
    actor: string;
    action: string;
    subject: string;
    detail_json: string;
    previous_hash: Uint8Array;
    hash: Uint8Array;
  };
}

export type TableName = keyof Tables;
export type Row<T extends TableName> = Selectable<Tables[T]>;
export type NewRow<T extends TableName> = Insertable<Tables[T]>;
