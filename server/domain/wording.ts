/** Numbers as people read them, in the sentences of the server that are not facts yet. English. */

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const spans = [
  ['d', 86_400_000],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', 1_000],
] as const;

/** A duration in its two largest units, rounded down. @example formatDuration(5_430_000) // '1 h 30 min' */
export function formatDuration(durationMs: number): string {
  let rest = Math.max(0, durationMs);
  const parts: string[] = [];
  for (const [name, size] of spans) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    if (parts.length === 2) break;
    if (parts.length > 0 && count === 0) break;
    rest -= count * size;
  }
  return parts.join(' ') || `${Math.floor(rest)} ms`;
}

/** An instant in UTC to the second. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
