import { localDate, startOfDate } from './local-time.ts';

/** A time in which the calendar of one zone counts. */
export interface ZoneSpan {
  readonly timeZone: string;
  readonly from: number;
  readonly until: number;
}

/** The zones of a client, oldest first: each begins where the one before ends, and together they are all time. */
export type Zones = readonly ZoneSpan[];

/** One zone for ever. */
export function alwaysIn(timeZone: string): Zones {
  return [{ timeZone, from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }];
}

/**
 * The zones that follow from what was agreed. Time between two contracts belongs to the one before, the time before the first
 * to the first; `otherwise` is the zone of who has none.
 */
export function zonesOf(
  agreed: readonly { readonly from: number; readonly terms: { readonly calendar: { readonly timeZone: string } } }[],
  otherwise: string,
): Zones {
  const zones: ZoneSpan[] = [];
  for (const { from, terms } of agreed) {
    const { timeZone } = terms.calendar;
    const last = zones.at(-1);
    if (last?.timeZone === timeZone) continue;
    if (last) zones[zones.length - 1] = { ...last, until: from };
    zones.push({ timeZone, from: last ? from : Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY });
  }
  return zones.length === 0 ? alwaysIn(otherwise) : zones;
}

/** The zone that counts at an instant. */
export function zoneAt(zones: Zones, at: number): string {
  return (zones.find(({ until }) => at < until) ?? zones.at(-1))?.timeZone ?? 'UTC';
}

/**
 * When a date begins: the first instant at which the zone that counts then shows it, or a later one. So where a zone gives way to
 * another, every instant belongs to one date, no instant to two, and what was before the change stays where it was.
 */
export function borderOf(date: Temporal.PlainDate, zones: Zones): number {
  for (const { timeZone, from, until } of zones) {
    const start = startOfDate(date.toString(), timeZone);
    // The zone before had not come so far when this one took over, which shows a later time already.
    if (start < until) return Math.max(start, from);
  }
  return Number.POSITIVE_INFINITY;
}

/** The date that an instant belongs to. */
export function dateAt(zones: Zones, at: number): Temporal.PlainDate {
  let date = Temporal.PlainDate.from(localDate(at, zoneAt(zones, at)));
  while (borderOf(date, zones) > at) date = date.subtract({ days: 1 });
  for (let next = date.add({ days: 1 }); borderOf(next, zones) <= at; next = date.add({ days: 1 })) date = next;
  return date;
}
