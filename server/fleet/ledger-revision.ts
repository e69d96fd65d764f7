import type { CompiledQuery } from 'kysely';
import { said } from '../../protocol/said/said.ts';
import type { Interval } from '../domain/ledger.ts';
import type { LedgerChange } from '../domain/presence.ts';
import { everyClient } from '../domain/scope.ts';
import type { Store } from '../platform/store/store.ts';
import type { DeviceRecord } from './device-record.ts';

interface RevisedStretch {
  readonly from: number;
  readonly to: number;
  readonly state: string;
  readonly reason: string;
}

/**
 * Records what late evidence changes of what the ledger said: one row for each stretch that `changes` revise, with what stands
 * in the database before them. To be put before the statements that change it; where nothing stood, nothing is revised.
 */
export function revisionStatements(
  store: Store,
  { info }: DeviceRecord,
  changes: readonly LedgerChange[],
  now: number,
): CompiledQuery[] {
  const { ledgerRevisions } = store.scoped(everyClient);
  return revisedRanges(changes).map(({ from, to }) => {
    const after = saidAfter(changes, from, to);
    const why = said('revision.late', { from, to });
    return ledgerRevisions.lateStatement({
      deviceId: info.id,
      clientId: info.client_id,
      at: now,
      why,
      from,
      to,
      after,
    });
  });
}

/** Revisions that touch, as one: a backlog that narrows one gap in hundred steps is one revision of that gap. */
function revisedRanges(changes: readonly LedgerChange[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const { from, to } of changes.filter(({ revision }) => revision).sort((a, b) => a.from - b.from)) {
    const last = ranges.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else ranges.push({ from, to });
  }
  return ranges;
}

/** What [from, to) says after the changes. What they leave open belongs to the present run of `up`. */
function saidAfter(changes: readonly LedgerChange[], from: number, to: number): RevisedStretch[] {
  let rows: RevisedStretch[] = [{ from, to, state: 'up', reason: 'reported' }];
  for (const change of changes) {
    const a = Math.max(from, change.from);
    const b = Math.min(to, change.to);
    if (b <= a) continue;
    const before = rows.map((row) => ({ ...row, to: Math.min(row.to, a) }));
    const after = rows.map((row) => ({ ...row, from: Math.max(row.from, b) }));
    const revised = [...change.intervals.map(toRevised), ...rest(change, from, to)];
    rows = [...before, ...revised, ...after].filter((row) => row.to > row.from).sort((x, y) => x.from - y.from);
  }
  return joinNeighbours(rows);
}

const toRevised = ({ start, end, state, reason }: Interval): RevisedStretch => ({
  from: start,
  to: end,
  state,
  reason,
});

/** The end of a change that its intervals do not cover. */
function rest({ from, to, intervals }: LedgerChange, low: number, high: number): RevisedStretch[] {
  const start = Math.max(low, intervals.at(-1)?.end ?? from);
  return [{ from: start, to: Math.min(high, to), state: 'up', reason: 'reported' }];
}

function joinNeighbours(rows: readonly RevisedStretch[]): RevisedStretch[] {
  const joined: RevisedStretch[] = [];
  for (const row of rows) {
    const last = joined.at(-1);
    const same = last && last.to === row.from && last.state === row.state && last.reason === row.reason;
    if (same) joined[joined.length - 1] = { ...last, to: row.to };
    else joined.push(row);
  }
  return joined;
}
