import type { PresenceInterval } from '../../protocol/api/view.ts';
import { plain } from '../../protocol/said/plain.ts';
import { type GapEvidence, type Interval, type IntervalReason, openTail, sayInterval } from '../domain/ledger.ts';
import type { Row } from '../platform/store/tables.ts';
import type { DeviceRecord } from './device-record.ts';

/** Any frame proves life between two reports. After a longer silence only the next report tells which boot it was. */
const BETWEEN_REPORTS_MS = 30_000;

/**
 * The ledger of a device between two instants: what is stored, the present run of `up`, and the open end. Clipped to
 * enrolment and now; neighbours that say the same are joined.
 */
export function ledgerView(
  record: DeviceRecord,
  rows: readonly Row<'presence_interval'>[],
  range: { readonly from: number; readonly to: number; readonly now: number },
): PresenceInterval[] {
  const intervals: (Interval & { revised: boolean })[] = rows.map((row) => ({
    start: row.start_ms,
    end: row.end_ms,
    state: row.state,
    reason: row.reason as IntervalReason,
    evidence: JSON.parse(row.evidence_json) as GapEvidence,
    revised: row.revised === 1,
  }));
  for (const interval of openEnd(record, range.now)) intervals.push({ ...interval, revised: false });
  const from = Math.max(range.from, record.info.enrolled_at);
  const to = Math.min(range.to, range.now);
  const clipped = intervals
    .map((interval) => ({ ...interval, start: Math.max(interval.start, from), end: Math.min(interval.end, to) }))
    .filter((interval) => interval.end > interval.start);
  return joinNeighbours(clipped).map(({ start, end, state, reason, evidence, revised }) => {
    const [from, to] = [new Date(start).toISOString(), new Date(end).toISOString()];
    const said = sayInterval({ reason, evidence });
    return { from, to, state, reason, evidence: plain(said, end), said, revised };
  });
}

/** What follows the last written row: the present run of `up` and, while nobody hears of the machine, the open tail. */
export function openEnd(record: DeviceRecord, now: number): Interval[] {
  const { last, upFrom, announced, opinions } = record.memory.presence;
  if (!last || upFrom === null) return [];
  const blind = record.blindness.over(record.info.site_id, last.at, now);
  const upTo = provenUpTo(record, last.at);
  const evidence: GapEvidence = { before: last, after: last, announced: null };
  const run: Interval = { start: upFrom, end: upTo, state: 'up', reason: 'reported', evidence };
  const isOpen = record.connection.liveness.state !== 'up' || upTo < (record.connection.lastHeardAt ?? 0);
  return isOpen ? [run, ...openTail(last, announced, now, opinions, blind)] : [run];
}

/** Until when the present run of `up` reaches: on an open link there is never a sliver of doubt at its end. */
function provenUpTo({ connection }: DeviceRecord, lastProofAt: number): number {
  const { liveness, lastHeardAt, intervalMs } = connection;
  const heardAt = Math.max(lastProofAt, lastHeardAt ?? 0);
  const isBetweenReports = heardAt - lastProofAt <= Math.max(BETWEEN_REPORTS_MS, 2 * (intervalMs ?? 0));
  return liveness.state === 'up' && isBetweenReports ? heardAt : lastProofAt;
}

function joinNeighbours<T extends { start: number; end: number; state: string; reason: string }>(
  sorted: readonly T[],
): T[] {
  const joined: T[] = [];
  for (const interval of sorted) {
    const last = joined.at(-1);
    const same =
      last && last.end === interval.start && last.state === interval.state && last.reason === interval.reason;
    if (same) last.end = interval.end;
    else joined.push({ ...interval });
  }
  return joined;
}
