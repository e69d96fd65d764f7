import type { Calendar, CalendarException, ContractTerms } from '../../../protocol/api/contract.ts';

const FRIDAY = 5;
const SATURDAY = 6;

/** The same object for the same terms and site, so that what is compiled of it is kept. */
const made = new WeakMap<ContractTerms, Map<string, Calendar>>();
const whole = new Map<string, Calendar>();

/**
 * The service hours of a site (null: of the client as a whole) under these terms. Saturdays on which somebody is on duty have
 * Friday's hours, and so have all of them with the flag.
 */
export function serviceHours(terms: ContractTerms, siteId: string | null): Calendar {
  const isOwn = siteId !== null && Object.hasOwn(terms.siteCalendars, siteId);
  const siteCalendar = isOwn ? terms.siteCalendars[siteId] : undefined;
  const key = siteCalendar && siteId !== null ? siteId : '';
  const known = made.get(terms) ?? new Map<string, Calendar>();
  made.set(terms, known);
  const calendar =
    known.get(key) ?? withDuty(withSaturday(siteCalendar ?? terms.calendar, terms.saturday), terms.dutySaturdays);
  known.set(key, calendar);
  return calendar;
}

/** Hours that Saturday has of its own stay as they are. */
function withSaturday(calendar: Calendar, saturday: boolean): Calendar {
  if (!saturday || calendar.weekly.some(({ weekday }) => weekday === SATURDAY)) return calendar;
  const added = calendar.weekly.filter(({ weekday }) => weekday === FRIDAY);
  return { ...calendar, weekly: [...calendar.weekly, ...added.map((hours) => ({ ...hours, weekday: SATURDAY }))] };
}

/** A Saturday that has hours of its own, or a date that is an exception already, stays as it is. */
function withDuty(calendar: Calendar, duty: ContractTerms['dutySaturdays']): Calendar {
  if (duty.length === 0 || calendar.weekly.some(({ weekday }) => weekday === SATURDAY)) return calendar;
  const hours = calendar.weekly.filter(({ weekday }) => weekday === FRIDAY).map(({ from, to }) => ({ from, to }));
  const known = new Set(calendar.exceptions.map(({ date }) => date));
  const added: CalendarException[] = duty
    .filter(({ date }) => !known.has(date))
    .map(({ date, person }) => ({ date, name: person === '' ? 'on duty' : `on duty: ${person}`, hours }));
  return { ...calendar, exceptions: [...calendar.exceptions, ...added] };
}

/** Every hour of every day, in a zone. */
export function aroundTheClock(timeZone: string): Calendar {
  const known = whole.get(timeZone);
  if (known) return known;
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  const calendar = { timeZone, weekly, exceptions: [] };
  whole.set(timeZone, calendar);
  return calendar;
}
