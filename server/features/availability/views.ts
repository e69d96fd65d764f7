import type { Attestation, LedgerEntry, LedgerRevision } from '../../../protocol/api/availability.ts';
import type { Stretch } from '../../domain/sla/sources.ts';
import type { Row } from '../../platform/store/tables.ts';

export const iso = (ms: number): string => new Date(ms).toISOString();

export function entryView(stretch: Stretch): LedgerEntry {
  const { start, end, state, reason, sentence, author, revised, responsibility = null, withoutClauses } = stretch;
  const [from, to] = [iso(start), iso(end)];
  return {
    from,
    to,
    durationMs: end - start,
    state,
    reason,
    evidence: sentence,
    author,
    responsibility,
    ...(withoutClauses === undefined ? {} : { withoutClauses }),
    revised,
  };
}

/** A stretch as a revision remembers it. */
export interface Said {
  readonly from: number;
  readonly to: number;
  readonly state: string;
  readonly reason: string;
}

export function revisionView(row: Row<'ledger_revision'>): LedgerRevision {
  const said = (json: string): LedgerRevision['before'] =>
    (JSON.parse(json) as Said[]).map(({ from, to, state, reason }) => ({
      from: iso(from),
      to: iso(to),
      state,
      reason,
    }));
  const { at, by_user, why, from_ms, to_ms, before_json, after_json } = row;
  const [from, to] = [iso(from_ms), iso(to_ms)];
  return { at: iso(at), by: by_user, why, from, to, before: said(before_json), after: said(after_json) };
}

export function attestationView(row: Row<'attestation'>): Attestation {
  return {
    id: row.id,
    deviceId: row.device_id,
    from: iso(row.from_ms),
    to: iso(row.to_ms),
    verdict: row.verdict,
    why: row.why,
    responsibility: row.responsibility,
    evidence: row.evidence,
    at: iso(row.at),
    by: row.by_user,
    withdrawnAt: row.withdrawn_at === null ? null : iso(row.withdrawn_at),
  };
}
