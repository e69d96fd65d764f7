import { said } from '../../../protocol/said/said.ts';
import type { LedgerState } from '../ledger.ts';
import type { Stretch } from './sources.ts';

/** The best that one of several devices was decides, in this order: only if none was up it matters what the others were. */
const best: readonly LedgerState[] = ['up', 'unknown', 'down', 'excluded'];

/**
 * The ledger of a site from those of its devices: up while any of them is up, unknown while one may have been, down while all
 * that count were down. `ledgers` are partitions; the time that none of them covers is left out.
 */
export function reachability(ledgers: readonly (readonly Stretch[])[]): Stretch[] {
  const edges = ledgers.flatMap((ledger) =>
    ledger.flatMap(({ start, end, state }) => [
      { at: start, state, change: 1 },
      { at: end, state, change: -1 },
    ]),
  );
  edges.sort((a, b) => a.at - b.at);
  const counts: Record<LedgerState, number> = { up: 0, down: 0, excluded: 0, unknown: 0 };
  const joined: { -readonly [K in keyof Stretch]: Stretch[K] }[] = [];
  let from = edges[0]?.at ?? 0;
  for (const { at, state, change } of edges) {
    const present = best.find((candidate) => counts[candidate] > 0);
    if (at > from && present) {
      const last = joined.at(-1);
      if (last?.end === from && last.state === present) last.end = at;
      else joined.push({ start: from, end: at, state: present, ...saying(present, ledgers.length) });
    }
    from = at;
    counts[state] += change;
  }
  return joined;
}

function saying(state: LedgerState, devices: number): Omit<Stretch, 'start' | 'end' | 'state'> {
  return { reason: `site_${state}`, said: said('ledger.site', { state, devices }), author: null, revised: false };
}
