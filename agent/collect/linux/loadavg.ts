/** /proc/loadavg: the mean number of runnable and uninterruptible tasks over 1, 5 and 15 minutes, or undefined. */
export function parseLoadavg(text: string): readonly [number, number, number] | undefined {
  const [one, five, fifteen] = text.split(' ', 3).map(Number);
  if (one === undefined || five === undefined || fifteen === undefined) return undefined;
  return Number.isFinite(one + five + fifteen) ? [one, five, fifteen] : undefined;
}
