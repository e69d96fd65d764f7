/** How many letters may be wrong in a name that is still taken for a misspelling. */
const MAX_DISTANCE = 4;

/** The known name that differs least from what was written, or null if none is near. */
export function nearest<T extends string>(written: string, known: readonly T[]): T | null {
  let best: T | null = null;
  let bestDistance = MAX_DISTANCE + 1;
  for (const name of known) {
    const distance = editDistance(written, name);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replace = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
