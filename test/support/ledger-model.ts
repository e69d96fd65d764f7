import type { Interval, Proof } from '../../server/domain/ledger.ts';
import { freshPresence, type LedgerChange, type PresenceMemory, takeProof } from '../../server/domain/presence.ts';

/** The rows of a ledger as the database holds them: what stands in [from, to) gives way, what reaches out of it is cut. */
export class LedgerModel {
  rows: Interval[] = [];

  apply({ from, to, intervals }: LedgerChange): void {
    const kept = this.rows.flatMap((row) => {
      const before = { ...row, end: Math.min(row.end, from) };
      const after = { ...row, start: Math.max(row.start, to) };
      return [before, after].filter((part) => part.end > part.start);
    });
    this.rows = [...kept, ...intervals].sort((a, b) => a.start - b.start);
  }
}

/** The whole ledger of proofs that arrived in this order: its rows and the present run. */
export function ledgerOf(arriving: readonly Proof[]): { rows: Interval[]; memory: PresenceMemory } {
  const model = new LedgerModel();
  const memory = freshPresence();
  for (const proof of arriving) for (const change of takeProof(memory, proof)) model.apply(change);
  const { last, upFrom } = memory;
  const run: Interval[] =
    last && upFrom !== null && upFrom < last.at
      ? [
          {
            start: upFrom,
            end: last.at,
            state: 'up',
            reason: 'reported',
            evidence: { before: last, after: last, announced: null },
          },
        ]
      : [];
  return { rows: [...model.rows, ...run], memory };
}

/** States with neighbours joined: `up 0-100, down 100-200`. */
export function describeLedger(rows: readonly { start: number; end: number; state: string }[]): string {
  const joined: { start: number; end: number; state: string }[] = [];
  for (const { start, end, state } of rows) {
    const last = joined.at(-1);
    if (last?.state === state && last.end === start) last.end = end;
    else joined.push({ start, end, state });
  }
  return joined.map(({ start, end, state }) => `${state} ${start}-${end}`).join(', ');
}

/** The first fault of a partition of [from, to), or null: holes, overlaps, empty rows. */
export function partitionFault(rows: readonly Interval[], from: number, to: number): string | null {
  let at = from;
  for (const { start, end } of rows) {
    if (start !== at) return `${start > at ? 'hole' : 'overlap'} at ${at}, next row ${start}-${end}`;
    if (end <= start) return `empty row ${start}-${end}`;
    at = end;
  }
  return at === to ? null : `ends at ${at}, not ${to}`;
}
