import type { Calendar, ContractTerms, OpenHours } from '../../../protocol/api/contract.ts';
import { minutesOf, openMsBetween, weekdayNames } from './calendar.ts';
import { endOfDate, localDate, startOfDate } from './local-time.ts';
import { serviceHours } from './service-hours.ts';

/** What makes terms unusable (`faults`), and what is accepted but should be looked at. One sentence each. */
export interface TermsCheck {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

export interface TermsCheckContext {
  readonly now: number;
  /** The name of a site of this client, null if it has no such site. */
  readonly siteName: (siteId: string) => string | null;
}

const YEAR_MS = 366 * 86_400_000;
const WHOLE_PPM = 1_000_000;
const UNUSUALLY_LOW_PPM = 900_000;
const SATURDAY = 6;
const FRIDAY = 5;

/** Looks at the terms of a contract before they are accepted. */
export function checkTerms(terms: ContractTerms, { now, siteName }: TermsCheckContext): TermsCheck {
  const sites = Object.entries(terms.siteCalendars);
  const named: [string, Calendar][] = [
    ['The service hours', terms.calendar],
    ...sites.map(([id, calendar]): [string, Calendar] => [`The hours of the site ${siteName(id) ?? id}`, calendar]),
  ];
  const faults = [
    ...sites
      .filter(([id]) => siteName(id) === null)
      .map(([id]) => `This client has no site "${id}". Take its hours out.`),
    ...named.flatMap(([name, calendar]) => calendarFaults(name, calendar)),
    ...dutyFaults(terms, now),
    ...targetFaults(terms),
  ];
  // What follows counts in the zones and hours that were just refused.
  if (faults.length > 0) return { faults, warnings: [] };
  const dates = dateChecks(terms, now);
  const never = [null, ...sites.map(([id]) => id)]
    .filter((siteId) => isNeverOpen(serviceHours(terms, siteId), dates.opensAt))
    .map((siteId) => {
      const name = siteId === null ? 'The service hours' : `The hours of the site ${siteName(siteId)}`;
      return `${name} are closed on every day of a whole year. Give them some open time.`;
    });
  return {
    faults: [...dates.faults, ...never],
    warnings: [
      ...dates.warnings,
      ...named.flatMap(([name, calendar]) => pastWarning(name, calendar, now)),
      ...saturdayWarnings(terms),
      ...dutyWarnings(terms),
      ...targetWarnings(terms),
    ],
  };
}

function calendarFaults(name: string, { timeZone, weekly, exceptions }: Calendar): string[] {
  const seen = new Set<string>();
  const twice = exceptions.filter(({ date }) => seen.size === seen.add(date).size);
  return [
    ...(isTimeZone(timeZone)
      ? []
      : [`${name} are in an unknown time zone "${timeZone}". Take one such as America/Costa_Rica.`]),
    ...(weekly.length > 0
      ? []
      : [`${name} are empty: no clock would ever run. Add the hours of at least one weekday.`]),
    ...weekdayNames.flatMap((day, index) =>
      hoursFaults(
        `${name} on ${day}`,
        weekly.filter(({ weekday }) => weekday === index + 1),
      ),
    ),
    ...exceptions.filter(({ date }) => !isDate(date)).map(({ date }) => `There is no date ${date}. Correct it.`),
    ...twice.map(({ date }) => `${name} have ${date} twice among their exceptions. Keep one.`),
    ...exceptions.flatMap(({ date, hours }) => hoursFaults(`${name} on ${date}`, hours)),
  ];
}

function hoursFaults(where: string, hours: readonly OpenHours[]): string[] {
  const sorted = hours.toSorted((a, b) => minutesOf(a.from) - minutesOf(b.from));
  return sorted.flatMap(({ from, to }, index) => {
    if (minutesOf(from) >= minutesOf(to)) {
      return [
        `${where} end at ${to}, which is not after ${from}. For a night write two days: until 24:00 and from 00:00.`,
      ];
    }
    const next = sorted[index + 1];
    if (!next || minutesOf(next.from) >= minutesOf(to)) return [];
    return [`${where} overlap: ${from}-${to} and ${next.from}-${next.to}. Join them or move one.`];
  });
}

const targetNames = {
  serverTargetPpm: 'servers',
  serviceTargetPpm: 'services',
  workstationTargetPpm: 'workstations',
} as const;

function targetFaults({ availability }: ContractTerms): string[] {
  return Object.entries(targetNames).flatMap(([key, name]) => {
    const ppm = availability[key as keyof typeof targetNames];
    if (ppm === null || (ppm > 0 && ppm < WHOLE_PPM)) return [];
    const what = `The availability target of ${name} is ${percent(ppm)}`;
    if (ppm === WHOLE_PPM)
      return [`${what}: the first lost millisecond would breach it for ever. Take less, such as 99.99 %.`];
    if (ppm > WHOLE_PPM) return [`${what}, more than all of the time. Take less than 100 %.`];
    return [`${what}, which promises nothing. Leave it empty, or take more than 0 %.`];
  });
}

interface DateChecks extends TermsCheck {
  /** From when on its hours must open at all. */
  readonly opensAt: number;
}

function dateChecks({ startsOn, endsOn, calendar: { timeZone } }: ContractTerms, now: number): DateChecks {
  const wrong = [startsOn, ...(endsOn === null ? [] : [endsOn])].filter((date) => !isDate(date));
  if (wrong.length > 0) {
    return { faults: wrong.map((date) => `There is no date ${date}. Correct it.`), warnings: [], opensAt: now };
  }
  const today = localDate(now, timeZone);
  const isInverted = endsOn !== null && endsOn < startsOn;
  const isOver = endsOn !== null && endOfDate(endsOn, timeZone) <= now;
  return {
    opensAt: Math.max(now, startOfDate(startsOn, timeZone)),
    faults: isInverted ? [`The contract ends on ${endsOn}, before it starts on ${startsOn}. Correct one of them.`] : [],
    warnings: [
      ...(isOver && !isInverted ? [`The contract ended on ${endsOn}: nothing is promised since.`] : []),
      ...(startsOn > today ? [`The contract starts on ${startsOn}: until then nothing is promised.`] : []),
    ],
  };
}

function isNeverOpen(calendar: Calendar, from: number): boolean {
  return openMsBetween(calendar, from, from + YEAR_MS) === 0;
}

function pastWarning(name: string, { timeZone, exceptions }: Calendar, now: number): string[] {
  const today = localDate(now, timeZone);
  const past = exceptions.map(({ date }) => date).filter((date) => date < today);
  if (past.length === 0) return [];
  const which = past.length === 1 ? `one exception (${past[0]})` : `${past.length} exceptions`;
  return [`${name} have ${which} in the past: kept, because that explains earlier clocks.`];
}

function saturdayWarnings({ saturday, calendar, siteCalendars }: ContractTerms): string[] {
  if (!saturday) return [];
  const all = [calendar, ...Object.values(siteCalendars)];
  const has = (wanted: number) => all.some(({ weekly }) => weekly.some(({ weekday }) => weekday === wanted));
  const lacks = (wanted: number) => all.some(({ weekly }) => !weekly.some(({ weekday }) => weekday === wanted));
  return [
    ...(has(SATURDAY)
      ? ['Saturday has hours of its own: they count, and the flag for Saturdays changes nothing there.']
      : []),
    ...(lacks(FRIDAY) ? ['Saturdays get the hours of Friday, and Friday has none: Saturday stays closed.'] : []),
  ];
}

/** What is past may lack a name: it was agreed before one was asked for, and explains earlier clocks. */
function dutyFaults({ dutySaturdays, calendar }: ContractTerms, now: number): string[] {
  const seen = new Set<string>();
  const today = isTimeZone(calendar.timeZone) ? localDate(now, calendar.timeZone) : '';
  return dutySaturdays.flatMap(({ date, person }) => {
    if (!isDate(date)) return [`There is no date ${date}. Correct it.`];
    if (Temporal.PlainDate.from(date).dayOfWeek !== SATURDAY)
      return [`${date} is no Saturday. Duty is set for Saturdays; for another day write an exception.`];
    if (person.trim() === '' && date >= today)
      return [`On Saturday ${date} nobody is named. Say who is on duty, or take the date out.`];
    const isTwice = seen.has(date);
    seen.add(date);
    return isTwice ? [`The Saturday ${date} is named twice. Keep one.`] : [];
  });
}

/** Where somebody is on duty, and yet nothing opens. */
function dutyWarnings({ dutySaturdays, saturday, calendar, siteCalendars }: ContractTerms): string[] {
  if (dutySaturdays.length === 0) return [];
  const all = [calendar, ...Object.values(siteCalendars)];
  const closed = dutySaturdays.filter(({ date }) =>
    all.some(({ exceptions }) => exceptions.some((each) => each.date === date)),
  );
  return [
    ...closed.map(
      ({ date }) => `On ${date} somebody is on duty, and the date is an exception as well: the exception counts.`,
    ),
    ...(saturday
      ? ['Every Saturday is worked by the flag: the dates on which somebody is on duty change nothing.']
      : []),
    ...(!saturday && all.some(({ weekly }) => weekly.some(({ weekday }) => weekday === SATURDAY))
      ? ['Saturday has hours of its own: they count, and dates on which somebody is on duty change nothing there.']
      : []),
    ...(all.some(({ weekly }) => !weekly.some(({ weekday }) => weekday === FRIDAY))
      ? ['A Saturday on duty gets the hours of Friday, and Friday has none: it stays closed.']
      : []),
  ];
}

function targetWarnings({ response: { high, medium, normal }, emergency, availability }: ContractTerms): string[] {
  const low = Object.entries(targetNames).flatMap(([key, name]) => {
    const ppm = availability[key as keyof typeof targetNames];
    return ppm !== null && ppm < UNUSUALLY_LOW_PPM
      ? [`The availability target of ${name} is only ${percent(ppm)}. Was ${percent(999_000)} meant?`]
      : [];
  });
  const slower = (a: number | null, b: number | null): boolean => a !== null && b !== null && a > b;
  return [
    ...low,
    ...(slower(high.minutes, medium.minutes) || slower(medium.minutes, normal.minutes)
      ? ['A more urgent priority has more time than a less urgent one. Look at the response times again.']
      : []),
    ...(slower(emergency.minutes, high.minutes)
      ? ['An emergency has more time than High. Look at the response times again.']
      : []),
    ...([high, medium, normal].every(({ minutes }) => minutes === null)
      ? ['No response time is agreed but for emergencies.']
      : []),
  ];
}

/** Exact: parts per million have at most four decimals of a percent. */
function percent(ppm: number): string {
  return `${ppm / 10_000} %`;
}

function isDate(date: string): boolean {
  try {
    Temporal.PlainDate.from(date, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

function isTimeZone(timeZone: string): boolean {
  // An offset such as +02:00 knows no clock changes.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
