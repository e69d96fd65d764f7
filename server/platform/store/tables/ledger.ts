import type { Generated } from 'kysely';
import type { Responsibility } from '../../../../protocol/api/contract.ts';
import type { LossKind } from '../../../../protocol/api/view.ts';

/** Which machine or check was up when, by which evidence, and what was changed in that. */
export interface LedgerTables {
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
  /** What a person says a stretch without evidence was. It never outweighs evidence. */
  attestation: {
    id: string;
    client_id: string;
    device_id: string;
    from_ms: number;
    to_ms: number;
    verdict: 'up' | 'down';
    why: string;
    /** Whose fault it is; null where nobody said. */
    responsibility: Responsibility | null;
    evidence: string;
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
    said_json: string;
    from_ms: number;
    to_ms: number;
    before_json: string;
    after_json: string;
  };
  /** Hours that are gone from the series, and of whom; null where nobody can say. `told_at` null: no incident has told of it yet. */
  history_loss: {
    id: Generated<number>;
    client_id: string | null;
    device_id: string | null;
    kind: LossKind;
    from_ms: number | null;
    to_ms: number | null;
    found_at: number;
    told_at: number | null;
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
}
