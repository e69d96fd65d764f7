import type { ColumnType, Generated } from 'kysely';
import type { DeviceKind } from '../../../../protocol/api/view.ts';

/** Whose machines there are, and what is remembered of each. */
export interface FleetTables {
  /** `remote_url` is the template of a remote-connect link; `report_key_hash` the SHA-256 of the secret of the public report page. */
  client: {
    id: string;
    slug: string;
    name: string;
    created_at: number;
    remote_url: ColumnType<string | null, string | null | undefined, string | null>;
    report_key_hash: ColumnType<Uint8Array | null, Uint8Array | null | undefined, Uint8Array | null>;
    report_key_at: ColumnType<number | null, number | null | undefined, number | null>;
    report_key_by: ColumnType<string | null, string | null | undefined, string | null>;
    /** Who kept it when its maker was disabled, and answers for it since. */
    report_key_kept_by: ColumnType<string | null, string | null | undefined, string | null>;
    report_key_used_at: ColumnType<number | null, number | null | undefined, number | null>;
    report_key_expires_at: ColumnType<number | null, number | null | undefined, number | null>;
  };
  /** `card_json` is a `SiteCard` of protocol/api/site-card.ts. */
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
   * What somebody decided on settings. `policy` and `client_id` say to what it applies (`PolicyTarget` of server/domain/policies),
   * `values_json` holds pairs of a name and a value; null: the policy was removed.
   */
  policy_version: {
    version: Generated<number>;
    policy: string;
    client_id: string | null;
    rank: number;
    values_json: string | null;
    from_ms: number;
    by_id: string;
    by_name: string;
  };
  /**
   * What detection remembers of a device between two reports: presence, rules in the middle of `for`. One JSON document that
   * includes every report up to the journal's `cursor`; a start replays the rest.
   */
  device_state: { device_id: string; client_id: string; state_json: string; cursor: number; saved_at: number };
  /**
   * A machine that holds the key of a device and is not the one that is judged. `role` is a `TwinRole` and `facts_json` a
   * `TwinFacts` of server/core/twins/twin.ts.
   */
  twin: {
    id: string;
    client_id: string;
    device_id: string;
    role: string;
    facts_json: string;
    inventory_json: string | null;
  };
  /** A list of metrics that such a machine reports, as a `schema` frame. */
  twin_schema: { twin_id: string; hash: string; frame: Uint8Array };
  /** What it reported, kept apart, as a `report` frame. */
  twin_report: {
    id: Generated<number>;
    twin_id: string;
    run_id: string;
    boot_id: string;
    sequence: number;
    schema_hash: string;
    received_at: number;
    frame: Uint8Array;
  };
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
    last_used_at: ColumnType<number | null, number | null | undefined, number | null>;
    /** Who kept it when its maker was disabled, and answers for it since. */
    kept_by: ColumnType<string | null, string | null | undefined, string | null>;
  };
}
