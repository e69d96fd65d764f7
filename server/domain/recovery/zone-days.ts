/** Local dates of a zone on the line of instants, remembered: asking a zone for its clocks is what costs here. */

export interface ZoneDay {
  /** Days since 1970-01-01. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  readonly month: number;
  readonly monthDay: number;
}

const DAY_MS = 86_400_000;
const MAX_ZONES = 600;
const MAX_DAYS = 20_000;
const epoch = Temporal.PlainDate.from('1970-01-01');
const daysByZone = new Map<string, Map<number, ZoneDay>>();

/** The date so many days after 1970-01-01 as `timeZone` has it. @throws RangeError for a zone that does not exist */
export function zoneDay(timeZone: string, index: number): ZoneDay {
  let days = daysByZone.get(timeZone);
  if (!days) {
    if (daysByZone.size >= MAX_ZONES) daysByZone.clear();
    days = new Map();
    daysByZone.set(timeZone, days);
  }
  const known = days.get(index);
  if (known) return known;
  if (days.size >= MAX_DAYS) days.clear();
  const date = dateOf(index);
  const start = date.toZonedDateTime(timeZone).epochMilliseconds;
  const end = days.get(index + 1)?.start ?? date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
  const day = { index, start, end, weekday: date.dayOfWeek, month: date.month, monthDay: date.day };
  days.set(index, day);
  return day;
}

/** The date on which an instant falls. @throws RangeError for a zone that does not exist */
export function zoneDayAt(timeZone: string, at: number): ZoneDay {
  // No zone is a day away from UTC, so the date is one of three.
  let day = zoneDay(timeZone, Math.floor(at / DAY_MS) - 1);
  while (day.end <= at) day = zoneDay(timeZone, day.index + 1);
  return day;
}

/** The date itself. */
export function dateOf(index: number): Temporal.PlainDate {
  return epoch.add({ days: index });
}

/** Days since 1970-01-01 of a date such as `2026-12-25`. @throws RangeError if it is none */
export function indexOf(date: string): number {
  return epoch.until(Temporal.PlainDate.from(date)).total('days');
}
