import { weekdayNames } from './calendar.ts';

/** An instant as the clocks of its zone show it. @example formatLocal(ms, 'America/Costa_Rica') // 'Mon 2026-10-05 15:00 (America/Costa_Rica)' */
export function formatLocal(ms: number, timeZone: string): string {
  return `${localMinute(ms, timeZone)} (${timeZone})`;
}

/** The same without the zone; seconds only if there are some. */
export function localMinute(ms: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime().toString({ smallestUnit: local.second > 0 ? 'second' : 'minute' });
  return `${weekdayNames[local.dayOfWeek - 1]} ${local.toPlainDate()} ${time}`;
}

/** The date on which an instant falls in a zone. */
export function localDate(ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** When a date begins in a zone. */
export function startOfDate(date: string, timeZone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds;
}

/** When the date after it begins. */
export function endOfDate(date: string, timeZone: string): number {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
}
