import type { ColumnType, Generated } from 'kysely';
import type { DrillFailure } from '../../../../protocol/api/drill-failures.ts';

/** What was promised and planned: contracts, maintenance, checks and the services made of them. */
export interface PromiseTables {
  /** One contract a client, as versions that are never changed. `terms_json` is a `ContractTerms` of protocol/api/contract.ts. */
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
  /** `document_json` is a `MaintenanceInput` of protocol/api/maintenance.ts as it stands now; every earlier one is a `maintenance_edit`. */
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
  /** `device_id` is the agent that runs it, null if the server does. `document_json` is a `CheckInput` of protocol/api/service.ts. */
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
  service: {
    id: string;
    client_id: string;
    slug: string;
    name: string;
    created_at: number;
    created_by: string;
    removed_at: number | null;
  };
  /** Something that is protected. What is promised of it stands in its versions. */
  recovery_plan: {
    id: string;
    client_id: string;
    created_at: number;
    created_by: string;
    removed_at: number | null;
  };
  /** What a plan says, from when on. `document_json` is a `RecoveryPlanInput` of protocol/api/recovery.ts. */
  recovery_plan_version: {
    id: Generated<number>;
    client_id: string;
    plan_id: string;
    effective_at: number;
    document_json: string;
    created_by: string;
  };
  /** A restore that was tried. */
  recovery_drill: {
    id: string;
    client_id: string;
    plan_id: string;
    scope: 'full' | 'sample';
    started_at: number;
    finished_at: number;
    result: 'restored' | DrillFailure;
    restored_bytes: number | null;
    files: number | null;
    first_difference: string | null;
    evidence: string;
    recorded_at: number;
    by_user: string;
    by_name: string;
  };
  /** How often one is wanted. `document_json` is a `DrillTarget` of protocol/api/drills.ts. */
  recovery_drill_target: {
    plan_id: string;
    client_id: string;
    document_json: string;
    set_at: number;
    set_by: string;
  };
  /** What a backup left behind. `point_id` is what its source calls it, `completeness` a `Completeness` of server/domain/recovery. */
  recovery_point: {
    plan_id: string;
    client_id: string;
    point_id: string;
    started_at: number;
    finished_at: number | null;
    seen_at: number;
    completeness: 'complete' | 'seen' | 'unknown' | 'failed';
    size_bytes: number | null;
    verified_at: number | null;
    gone_at: number | null;
    kind: 'full' | 'differential' | 'incremental' | 'log';
    /** The point without which it cannot be restored. */
    follows: string | null;
    /** Where it lies; null: where the plan says. */
    place: string | null;
    /** A key (`key:<id>`), a person, `ping`, or an agent (`device:<id>`); empty for those from before it was kept. */
    told_by: string;
  };
  /** The secret address by which the runs of a plan are told. */
  recovery_ping: {
    plan_id: string;
    client_id: string;
    secret_hash: Uint8Array;
    created_at: number;
    created_by: string;
    expires_at: number | null;
  };
  /** A run of a backup as it was told: its start, its end, or both. `name` is what whoever tells of it calls it. */
  recovery_run: {
    id: Generated<number>;
    plan_id: string;
    client_id: string;
    name: string | null;
    started_at: number | null;
    ended_at: number | null;
    noted_at: number;
    outcome: 'running' | 'complete' | 'unknown' | 'failed' | 'never_ended';
    exit_code: number | null;
    size_bytes: number | null;
    told_by: string;
    point_id: string | null;
  };
  /** What a service was made of, from when on. `document_json` is a `ServiceInput` of protocol/api/service.ts. */
  service_version: {
    id: Generated<number>;
    client_id: string;
    service_id: string;
    effective_at: number;
    document_json: string;
    created_by: string;
  };
}
