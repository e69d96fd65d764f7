/**
 * /proc/pressure/{cpu,memory,io}: microseconds since boot in which some task was held up by the lack of the resource
 * (Documentation/accounting/psi.rst), or undefined.
 */
export function parsePressure(text: string): number | undefined {
  if (!text.startsWith('some ')) return undefined;
  const at = text.indexOf('total=');
  const total = at < 0 ? Number.NaN : Number.parseInt(text.slice(at + 6), 10);
  return Number.isFinite(total) ? total : undefined;
}
