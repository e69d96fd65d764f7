import type { PeriodName } from '../../../protocol/availability.ts';
import type { Period } from './figure.ts';

const DAY_MS = 86_400_000;
const ROLLING_DAYS = 30;

/**
 * The instants of a named period around `now`, cut at midnights of the zone. Months and quarters reach to their end, also
 * where that is still to come; `last_12_months` are the twelve calendar months that end with this one.
 * @throws RangeError for a zone that does not exist
 */
export function periodOf(name: Exclude<PeriodName, 'custom'>, timeZone: string, now: number): Period {
  if (name === 'rolling_30d') return { from: now - ROLLING_DAYS * DAY_MS, to: now };
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const month = today.with({ day: 1 });
  switch (name) {
    case 'this_month':
      return cut(month, month.add({ months: 1 }), timeZone);
    case 'last_month':
      return cut(month.subtract({ months: 1 }), month, timeZone);
    case 'this_quarter': {
      const first = month.subtract({ months: (month.month - 1) % 3 });
      return cut(first, first.add({ months: 3 }), timeZone);
    }
    case 'last_12_months':
      return cut(month.subtract({ months: 11 }), month.add({ months: 1 }), timeZone);
  }
}

/** The last `count` days of the zone, oldest first, today included. */
export function daysOf(count: number, timeZone: string, now: number): (Period & { readonly date: string })[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  return Array.from({ length: count }, (_, index) => {
    const date = today.subtract({ days: count - 1 - index });
    return { date: date.toString(), ...cut(date, date.add({ days: 1 }), timeZone) };
  });
}

function cut(from: Temporal.PlainDate, to: Temporal.PlainDate, timeZone: string): Period {
  const start = (date: Temporal.PlainDate): number => date.toZonedDateTime(timeZone).epochMilliseconds;
  return { from: start(from), to: start(to) };
}
