import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';
import type { DeviceKind, Priority, Role } from '../../protocol/view.ts';

/**
 * The rows of the state database. Times are integer milliseconds since 1970 by the server's clock; `_json` columns hold JSON
 * text; identifiers are random (`crypto.randomUUID`) unless the row is an append-only log, which counts.
 */
export interface Tables {
  /** `remote_url` is the template of a remote-connect link; `report_key_hash` the SHA-256 of the secret of the public report page. */
  client: {
    id: string;
    slug: string;
    name: string;
    created_at: number;
    remote_url: ColumnType<string | null, string | null | undefined, string | null>;
    report_key_hash: ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>;
  };
  /** `card_json` is a `SiteCard` of protocol/site-card.ts. */
  site: {
    id: string;
    client_id: string;
    slug: string;
    name: string;
    created_at: number;
    card_json: ColumnType<string, string | undefined, string>;
  };
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
    /** JSON list of texts. */
    tags_json: ColumnType<string, string | undefined, string>;
    remote_url: ColumnType<string | null, string | null | undefined, string | null>;
    /** 1: a workstation that is expected to run during service hours (a till, a reception). */
    expected_hours: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
  };
  /** Where a device was and what tags it had until then: declared exclusions of the past do not follow it. */
  device_placement: {
    id: Generated<number>;
    client_id: string;
    device_id: string;
    until_ms: number;
    site_id: string;
    tags_json: string;
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
    source: 'rule' | 'person';
    service_id: string | null;
    /** The incident that explains this one, such as a lost site. */
    parent_id: string | null;
    /** Why nobody is told of it, such as `maintenance:<window id>`; null when people are told. */
    suppressed_by: string | null;
    /** A `ResponseClock` of server/domain/sla/clock.ts; null without one. */
    clock_json: string | null;
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
  /**
   * What must be told, at least once each; the idempotency key lets a receiver drop repeats. `delivered_at` is when it became
   * deliveries to receivers.
   */
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
  /** One contract a client, as versions that are never changed. `terms_json` is a `ContractTerms` of protocol/contract.ts. */
  contract_version: {
    id: string;
    client_id: string;
    version: number;
    /** From then on it is in force; the first one is from the start of the contract. */
    effective_at: number;
    terms_json: string;
    created_at: number;
    created_by: string;
  };
  /** `document_json` is a `MaintenanceInput` of protocol/maintenance.ts as it stands now; every earlier one is a `maintenance_edit`. */
  maintenance_window: {
    id: string;
    client_id: string;
    document_json: string;
    created_at: number;
    created_by: string;
    cancelled_at: number | null;
  };
  maintenance_edit: {
    id: Generated<number>;
    client_id: string;
    window_id: string;
    at: number;
    by_user: string;
    /** What stood before the edit. */
    document_json: string;
  };
  /**
   * A window that began. `told_json` maps the incidents that people knew of then to their priority, `devices_json` the devices
   * that have to come back to their boot id. Finished is what was summed up.
   */
  maintenance_run: {
    window_id: string;
    client_id: string;
    started_at: number;
    told_json: string;
    devices_json: string;
    ended_at: number | null;
    finished_at: number | null;
  };
  /** `device_id` is the agent that runs it, null if the server does. `document_json` is a `CheckInput` of protocol/service.ts. */
  check_definition: {
    id: string;
    client_id: string;
    device_id: string | null;
    name: string;
    document_json: string;
    state_json: ColumnType<string, string | undefined, string>;
    created_at: number;
    created_by: string;
    removed_at: number | null;
  };
  check_interval: {
    id: Generated<number>;
    client_id: string;
    check_id: string;
    start_ms: number;
    end_ms: number;
    state: 'up' | 'down' | 'excluded' | 'unknown';
    reason: string;
    evidence_json: string;
    revised: 0 | 1;
  };
  service: {
    id: string;
    client_id: string;
    slug: string;
    name: string;
    created_at: number;
    created_by: string;
    removed_at: number | null;
  };
  /** What a service was made of, from when on. `document_json` is a `ServiceInput` of protocol/service.ts. */
  service_version: {
    id: Generated<number>;
    client_id: string;
    service_id: string;
    effective_at: number;
    document_json: string;
    created_by: string;
  };
  /** What a person says a stretch without evidence was. It never outweighs evidence. */
  attestation: {
    id: string;
    client_id: string;
    device_id: string;
    from_ms: number;
    to_ms: number;
    verdict: 'up' | 'down';
    why: string;
    at: number;
    by_user: string;
    withdrawn_at: number | null;
    withdrawn_by: string | null;
  };
  /** What the ledger said, what it says since, who changed it and why. `by_user` is `server` for evidence that came late. */
  ledger_revision: {
    id: Generated<number>;
    client_id: string;
    subject_kind: 'device' | 'check';
    subject_id: string;
    at: number;
    by_user: string;
    why: string;
    from_ms: number;
    to_ms: number;
    before_json: string;
    after_json: string;
  };
  /** When we could not see: the server (no site) or one site. `end_ms` null while it lasts. */
  blindness: {
    id: Generated<number>;
    site_id: string | null;
    client_id: string | null;
    start_ms: number;
    end_ms: number | null;
    reason: string;
    evidence_json: string;
  };
  person_report: {
    id: string;
    client_id: string;
    site_id: string | null;
    device_id: string | null;
    service_id: string | null;
    reported_at: number;
    reporter: string;
    via: 'technician' | 'portal' | 'api';
    text: string;
    about_infrastructure: 0 | 1;
    incident_id: string | null;
    /** Report minus detection, ms; null while it is linked to none. */
    lead_ms: number | null;
    created_at: number;
    created_by: string;
  };
  /** `document_json` is a `ReceiverInput` of protocol/receiver.ts without its secrets, which are sealed beside it. */
  receiver: {
    id: string;
    client_id: string | null;
    name: string;
    kind: string;
    document_json: string;
    secrets_sealed: Uint8Array | null;
    created_at: number;
    created_by: string;
    removed_at: number | null;
  };
  /**
   * One message of the outbox to one receiver. `recipient` is an e-mail address that takes the place of the receiver's own;
   * `subject` is the incident, whose messages keep their order; those of one `bundle` are told as one message.
   */
  delivery: {
    id: Generated<number>;
    outbox_id: number;
    receiver_id: string;
    recipient: ColumnType<string, string | undefined, string>;
    subject: string | null;
    is_digest: 0 | 1;
    /** 1: no limit of messages holds it back. */
    is_urgent: 0 | 1;
    bundle: string | null;
    first_due_at: number;
    due_at: number;
    attempts: ColumnType<number, number | undefined, number>;
    delivered_at: number | null;
    given_up_at: number | null;
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
