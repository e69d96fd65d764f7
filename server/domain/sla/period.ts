import type { PeriodName } from '../../../protocol/api/availability.ts';
import type { Period } from './figure.ts';
import { alwaysIn, borderOf, dateAt, type Zones } from './zones.ts';

const DAY_MS = 86_400_000;
const ROLLING_DAYS = 30;

/**
 * The instants of a named period around `now`, cut at midnights of the zone that counts then: a zone that is agreed later does not
 * move what is over. Months and quarters reach to their end, also where that is still to come; `last_12_months` are the twelve
 * calendar months that end with this one.
 * @throws RangeError for a zone that does not exist
 */
export function periodOf(name: Exclude<PeriodName, 'custom'>, zones: string | Zones, now: number): Period {
  if (name === 'rolling_30d') return { from: now - ROLLING_DAYS * DAY_MS, to: now };
  const all = spansOf(zones);
  const month = dateAt(all, now).with({ day: 1 });
  switch (name) {
    case 'this_month':
      return cut(month, month.add({ months: 1 }), all);
    case 'last_month':
      return cut(month.subtract({ months: 1 }), month, all);
    case 'this_quarter': {
      const first = month.subtract({ months: (month.month - 1) % 3 });
      return cut(first, first.add({ months: 3 }), all);
    }
    case 'last_12_months':
      return cut(month.subtract({ months: 11 }), month.add({ months: 1 }), all);
  }
}

/** The last `count` days, oldest first, today included. */
export function daysOf(count: number, zones: string | Zones, now: number): (Period & { readonly date: string })[] {
  const all = spansOf(zones);
  const today = dateAt(all, now);
  return Array.from({ length: count }, (_, index) => {
    const date = today.subtract({ days: count - 1 - index });
    return { date: date.toString(), ...cut(date, date.add({ days: 1 }), all) };
  });
}

function spansOf(zones: string | Zones): Zones {
  return typeof zones === 'string' ? alwaysIn(zones) : zones;
}

function cut(from: Temporal.PlainDate, to: Temporal.PlainDate, zones: Zones): Period {
  return { from: borderOf(from, zones), to: borderOf(to, zones) };
}
