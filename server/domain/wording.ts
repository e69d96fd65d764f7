/** Numbers as people read them, in the sentences that incidents carry. English; screens format their own figures. */

const byteUnits = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes with a binary prefix, rounded down, with one decimal below 100. @example formatBytes(4_400_000_000) // '4.0 GB' */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.floor(value) : floorTo(value, 1)} ${byteUnits[unit]}`;
}

/** A ratio as percent, rounded down: 0.0499 is never shown as 5 %. */
export function formatRatio(ratio: number): string {
  return `${floorTo(ratio * 100, 1)} %`;
}

function floorTo(value: number, decimals: number): string {
  const power = 10 ** decimals;
  return (Math.floor(value * power + 1e-9) / power).toFixed(decimals);
}

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

/** Service hours as contracts count them: a day of 24 h is none of work. @example formatServiceHours(86_400_000) // '24 h' */
export function formatServiceHours(durationMs: number): string {
  const hours = Math.floor(durationMs / HOUR_MS);
  const rest = durationMs - hours * HOUR_MS;
  return hours === 0 ? formatDuration(rest) : `${hours} h${rest >= MINUTE_MS ? ` ${formatDuration(rest)}` : ''}`;
}

/** An instant in UTC to the second. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
