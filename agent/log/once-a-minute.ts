/** What is said more often than this buries everything else. */
const PAUSE_MS = 60_000;
const MAX_KEYS = 64;

/**
 * Whether something of this kind may be said again, and how often it was not since: a server that refuses every second makes a
 * line a minute.
 * @returns for each kind null while it has to wait, or the number of times that were left out
 */
export function onceAMinute(nowMs: () => number = () => performance.now()): (kind: string) => number | null {
  const said = new Map<string, { readonly atMs: number; leftOut: number }>();
  return (kind) => {
    const before = said.get(kind);
    const now = nowMs();
    if (before !== undefined && now - before.atMs < PAUSE_MS) {
      before.leftOut += 1;
      return null;
    }
    said.delete(kind);
    said.set(kind, { atMs: now, leftOut: 0 });
    if (said.size > MAX_KEYS) said.delete(said.keys().next().value ?? '');
    return before?.leftOut ?? 0;
  };
}
