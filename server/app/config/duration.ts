const unitMs = new Map<string, number>([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `500ms`, `10s`, `1m`, `24h`, `7d` in milliseconds, or null if the text is anything else. */
export function parseDurationMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const scale = unitMs.get(unit ?? '');
  return count === undefined || scale === undefined ? null : Number(count) * scale;
}
