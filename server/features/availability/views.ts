import type { Attestation, LedgerEntry, LedgerRevision } from '../../../protocol/api/availability.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import type { Stretch } from '../../domain/sla/sources.ts';
import type { Row } from '../../platform/store/tables.ts';

export const iso = (ms: number): string => new Date(ms).toISOString();

export function entryView(stretch: Stretch): LedgerEntry {
  const { start, end, state, reason, said, author, revised, responsibility = null, withoutClauses } = stretch;
  const [from, to] = [iso(start), iso(end)];
  return {
    from,
    to,
    durationMs: end - start,
    state,
    reason,
    evidence: plain(said, end),
    said,
    author,
    responsibility,
    ...(withoutClauses === undefined ? {} : { withoutClauses }),
    revised,
  };
}

/** A stretch as a revision remembers it. */
export interface RevisedStretch {
  readonly from: number;
  readonly to: number;
  readonly state: string;
  readonly reason: string;
}

export function revisionView(row: Row<'ledger_revision'>): LedgerRevision {
  const stretches = (json: string): LedgerRevision['before'] =>
    (JSON.parse(json) as RevisedStretch[]).map(({ from, to, state, reason }) => ({
      from: iso(from),
      to: iso(to),
      state,
      reason,
    }));
  const { at, by_user, said_json, from_ms, to_ms, before_json, after_json } = row;
  const said = parseSaid(said_json);
  const [from, to] = [iso(from_ms), iso(to_ms)];
  const change = { from, to, before: stretches(before_json), after: stretches(after_json) };
  return { at: iso(at), by: by_user, why: plain(said, at), said, ...change };
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
