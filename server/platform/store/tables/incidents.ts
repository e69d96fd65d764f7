import type { ColumnType, Generated } from 'kysely';
import type { Priority } from '../../../../protocol/api/view.ts';

/** What went wrong, what people report of it, and who has been told. */
export interface IncidentTables {
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
    /** Its headline: a `Said` of protocol/said/said.ts. */
    said_json: string;
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
    /** When a person took it; a program that acknowledges does not. */
    taken_at: ColumnType<number | null, number | null | undefined, number | null>;
    responded_at: ColumnType<number | null, number | null | undefined, number | null>;
    responded_by: ColumnType<string | null, string | null | undefined, string | null>;
    on_site_at: ColumnType<number | null, number | null | undefined, number | null>;
    on_site_by: ColumnType<string | null, string | null | undefined, string | null>;
    /** 1: it ended by itself, and nobody had taken it. */
    recovered: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
    /** A `FlapMemory` of server/domain/incidents/flapping.ts; null of what never changed or cannot flap. */
    flap_json: string | null;
    /** An `OutageClock` of server/domain/incidents/outage-clock.ts; null of what no plan protects. */
    outage_json: string | null;
  };
  incident_event: {
    id: Generated<number>;
    client_id: string;
    incident_id: string;
    at: number;
    kind: string;
    by_user: string | null;
    /** A `Said`. */
    said_json: string;
    /** 1: the client can read it on its own page. */
    client_visible: ColumnType<0 | 1, 0 | 1 | undefined, 0 | 1>;
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
    /** A fact. */
    last_error_json: string | null;
  };
  /** `document_json` is a `ReceiverInput` of protocol/api/receiver.ts without its secrets, which are sealed beside it. */
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
    /** A fact. */
    last_error_json: string | null;
  };
}
