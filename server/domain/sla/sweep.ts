import { isSame as saysTheSame } from '../../../protocol/said/said.ts';
import type { Stretch } from './sources.ts';

type Judge = (from: number, to: number, members: readonly (Stretch | undefined)[]) => Stretch;

/**
 * Walks [start, end) over several ledgers at once, from each of their edges to the next, and joins neighbours that say the same.
 * A member is undefined where its ledger has nothing to say. Ledgers are sorted and do not overlap themselves.
 */
export function segments(
  start: number,
  end: number,
  ledgers: readonly (readonly Stretch[])[],
  judge: Judge,
): Stretch[] {
  const edges = new Set<number>([start]);
  for (const ledger of ledgers) {
    for (const stretch of ledger) {
      if (stretch.start > start && stretch.start < end) edges.add(stretch.start);
      if (stretch.end > start && stretch.end < end) edges.add(stretch.end);
    }
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const positions = ledgers.map(() => 0);
  const found: Stretch[] = [];
  sorted.forEach((from, index) => {
    const to = sorted[index + 1] ?? end;
    if (to <= from) return;
    const members = ledgers.map((ledger, member) => {
      let at = positions[member] ?? 0;
      while ((ledger[at]?.end ?? Number.POSITIVE_INFINITY) <= from) at += 1;
      positions[member] = at;
      const stretch = ledger[at];
      return stretch && stretch.start <= from ? stretch : undefined;
    });
    const next = judge(from, to, members);
    const last = found.at(-1);
    if (last && isSame(last, next)) found[found.length - 1] = { ...last, end: next.end };
    else found.push(next);
  });
  return found;
}

function isSame(a: Stretch, b: Stretch): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.author === b.author &&
    (a.responsibility ?? null) === (b.responsibility ?? null) &&
    a.revised === b.revised &&
    saysTheSame(a.said, b.said)
  );
}
