import type { Stretch } from './sources.ts';

/** A ledger with what each part of it is without the clauses of the contract, where that differs. Both are sorted, without overlap. */
export function bothWays(counted: readonly Stretch[], without: readonly Stretch[]): Stretch[] {
  let next = 0;
  return counted.flatMap((stretch) => {
    const parts: Stretch[] = [];
    for (let at = stretch.start; at < stretch.end; at = parts.at(-1)?.end ?? stretch.end) {
      while ((without[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next += 1;
      const other = without[next];
      const isSaid = other !== undefined && other.start <= at;
      const end = Math.min(stretch.end, (isSaid ? other.end : other?.start) ?? stretch.end);
      const differs = isSaid && other.state !== stretch.state;
      parts.push({ ...stretch, start: at, end, ...(differs ? { withoutClauses: other.state } : {}) });
    }
    return joined(parts);
  });
}

function joined(parts: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last && last.withoutClauses === part.withoutClauses) all[all.length - 1] = { ...last, end: part.end };
    else all.push(part);
  }
  return all;
}
