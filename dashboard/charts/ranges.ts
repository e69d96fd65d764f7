const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far back charts look, by the name that stands in the address. */
export const ranges = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '13mo': 396 * DAY_MS,
} as const;
export type RangeName = keyof typeof ranges;
export const rangeNames = Object.keys(ranges) as RangeName[];

/** The range that an address names, or `fallback`. */
export function rangeNamed(name: string | null, fallback: RangeName): RangeName {
  return rangeNames.find((known) => known === name) ?? fallback;
}
