/** /proc/uptime: milliseconds since boot, asleep or awake, in steps of 10 ms, or undefined. */
export function parseUptimeMs(text: string): number | undefined {
  const seconds = Number.parseFloat(text);
  return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
}
