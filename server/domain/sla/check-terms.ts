import type { Calendar, ContractTerms, OpenHours } from '../../../protocol/api/contract.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { minutesOf, openMsBetween, weekdayNames } from './calendar.ts';
import { endOfDate, localDate, startOfDate } from './local-time.ts';
import { serviceHours } from './service-hours.ts';

/** What makes terms unusable (`faults`), and what is accepted but should be looked at. */
export interface TermsCheck {
  readonly faults: readonly Said[];
  readonly warnings: readonly Said[];
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
  const named: [Whose, Calendar][] = [
    [null, terms.calendar],
    ...sites.map(([id, calendar]): [Whose, Calendar] => [siteName(id) ?? id, calendar]),
  ];
  const faults = [
    ...sites.filter(([id]) => siteName(id) === null).map(([site]) => said('terms.no-site', { site })),
    ...named.flatMap(([name, calendar]) => calendarFaults(name, calendar)),
    ...dutyFaults(terms, now),
    ...targetFaults(terms),
  ];
  // What follows counts in the zones and hours that were just refused.
  if (faults.length > 0) return { faults, warnings: [] };
  const dates = dateChecks(terms, now);
  const never = [null, ...sites.map(([id]) => id)]
    .filter((siteId) => isNeverOpen(serviceHours(terms, siteId), dates.opensAt))
    .map((siteId) => said('terms.closed', { site: siteId === null ? null : siteName(siteId) }));
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

/** The site whose hours they are; null for those of the contract. */
type Whose = string | null;

function calendarFaults(site: Whose, { timeZone, weekly, exceptions }: Calendar): Said[] {
  const seen = new Set<string>();
  const twice = exceptions.filter(({ date }) => seen.size === seen.add(date).size);
  return [
    ...(isTimeZone(timeZone) ? [] : [said('terms.zone', { site, zone: timeZone })]),
    ...(weekly.length > 0 ? [] : [said('terms.empty', { site })]),
    ...weekdayNames.flatMap((_, index) =>
      hoursFaults(
        { site, weekday: index + 1, date: null },
        weekly.filter(({ weekday }) => weekday === index + 1),
      ),
    ),
    ...exceptions.filter(({ date }) => !isDate(date)).map(({ date }) => said('terms.no-date', { date })),
    ...twice.map(({ date }) => said('terms.exception-twice', { site, date })),
    ...exceptions.flatMap(({ date, hours }) => hoursFaults({ site, weekday: null, date }, hours)),
  ];
}

interface Place {
  readonly site: Whose;
  readonly weekday: number | null;
  readonly date: string | null;
}

function hoursFaults(place: Place, hours: readonly OpenHours[]): Said[] {
  const sorted = hours.toSorted((a, b) => minutesOf(a.from) - minutesOf(b.from));
  return sorted.flatMap(({ from, to }, index) => {
    if (minutesOf(from) >= minutesOf(to)) {
      return [said('terms.hours-end', { ...place, from, to })];
    }
    const next = sorted[index + 1];
    if (!next || minutesOf(next.from) >= minutesOf(to)) return [];
    return [said('terms.hours-overlap', { ...place, from, to, nextFrom: next.from, nextTo: next.to })];
  });
}

const targetNames = {
  serverTargetPpm: 'servers',
  serviceTargetPpm: 'services',
  workstationTargetPpm: 'workstations',
} as const;

function targetFaults({ availability }: ContractTerms): Said[] {
  return Object.entries(targetNames).flatMap(([key, name]) => {
    const ppm = availability[key as keyof typeof targetNames];
    if (ppm === null || (ppm > 0 && ppm < WHOLE_PPM)) return [];
    const how = ppm === WHOLE_PPM ? 'whole' : ppm > WHOLE_PPM ? 'more' : 'none';
    return [said('terms.target', { of: name, percent: percent(ppm), how })];
  });
}

interface DateChecks extends TermsCheck {
  /** From when on its hours must open at all. */
  readonly opensAt: number;
}

function dateChecks({ startsOn, endsOn, calendar: { timeZone } }: ContractTerms, now: number): DateChecks {
  const wrong = [startsOn, ...(endsOn === null ? [] : [endsOn])].filter((date) => !isDate(date));
  if (wrong.length > 0) {
    return { faults: wrong.map((date) => said('terms.no-date', { date })), warnings: [], opensAt: now };
  }
  const today = localDate(now, timeZone);
  const isInverted = endsOn !== null && endsOn < startsOn;
  const isOver = endsOn !== null && endOfDate(endsOn, timeZone) <= now;
  return {
    opensAt: Math.max(now, startOfDate(startsOn, timeZone)),
    faults: isInverted ? [said('terms.inverted', { startsOn, endsOn })] : [],
    warnings: [
      ...(isOver && !isInverted ? [said('warned.contract.over', { on: endsOn })] : []),
      ...(startsOn > today ? [said('warned.contract.ahead', { on: startsOn })] : []),
    ],
  };
}

function isNeverOpen(calendar: Calendar, from: number): boolean {
  return openMsBetween(calendar, from, from + YEAR_MS) === 0;
}

function pastWarning(site: Whose, { timeZone, exceptions }: Calendar, now: number): Said[] {
  const today = localDate(now, timeZone);
  const past = exceptions.map(({ date }) => date).filter((date) => date < today);
  const [first] = past;
  return first === undefined ? [] : [said('warned.hours.past', { site, count: past.length, first })];
}

function saturdayWarnings({ saturday, calendar, siteCalendars }: ContractTerms): Said[] {
  if (!saturday) return [];
  const all = [calendar, ...Object.values(siteCalendars)];
  const has = (wanted: number) => all.some(({ weekly }) => weekly.some(({ weekday }) => weekday === wanted));
  const lacks = (wanted: number) => all.some(({ weekly }) => !weekly.some(({ weekday }) => weekday === wanted));
  return [
    ...(has(SATURDAY) ? [said('warned.saturday.own', { by: 'flag' })] : []),
    ...(lacks(FRIDAY) ? [said('warned.saturday.friday', { by: 'flag' })] : []),
  ];
}

/** What is past may lack a name: it was agreed before one was asked for, and explains earlier clocks. */
function dutyFaults({ dutySaturdays, calendar }: ContractTerms, now: number): Said[] {
  const seen = new Set<string>();
  const today = isTimeZone(calendar.timeZone) ? localDate(now, calendar.timeZone) : '';
  return dutySaturdays.flatMap(({ date, person }) => {
    if (!isDate(date)) return [said('terms.no-date', { date })];
    if (Temporal.PlainDate.from(date).dayOfWeek !== SATURDAY) return [said('terms.duty.day', { date })];
    if (person.trim() === '' && date >= today) return [said('terms.duty.nobody', { date })];
    const isTwice = seen.has(date);
    seen.add(date);
    return isTwice ? [said('terms.duty.twice', { date })] : [];
  });
}

/** Where somebody is on duty, and yet nothing opens. */
function dutyWarnings({ dutySaturdays, saturday, calendar, siteCalendars }: ContractTerms): Said[] {
  if (dutySaturdays.length === 0) return [];
  const all = [calendar, ...Object.values(siteCalendars)];
  const closed = dutySaturdays.filter(({ date }) =>
    all.some(({ exceptions }) => exceptions.some((each) => each.date === date)),
  );
  return [
    ...closed.map(({ date }) => said('warned.duty.exception', { date })),
    ...(saturday ? [said('warned.duty.flag')] : []),
    ...(!saturday && all.some(({ weekly }) => weekly.some(({ weekday }) => weekday === SATURDAY))
      ? [said('warned.saturday.own', { by: 'duty' })]
      : []),
    ...(all.some(({ weekly }) => !weekly.some(({ weekday }) => weekday === FRIDAY))
      ? [said('warned.saturday.friday', { by: 'duty' })]
      : []),
  ];
}

function targetWarnings({ response: { high, medium, normal }, emergency, availability }: ContractTerms): Said[] {
  const low = Object.entries(targetNames).flatMap(([key, name]) => {
    const ppm = availability[key as keyof typeof targetNames];
    return ppm !== null && ppm < UNUSUALLY_LOW_PPM
      ? [said('warned.target.low', { of: name, percent: percent(ppm), usual: percent(999_000) })]
      : [];
  });
  const slower = (a: number | null, b: number | null): boolean => a !== null && b !== null && a > b;
  return [
    ...low,
    ...(slower(high.minutes, medium.minutes) || slower(medium.minutes, normal.minutes)
      ? [said('warned.response.order')]
      : []),
    ...(slower(emergency.minutes, high.minutes) ? [said('warned.response.emergency')] : []),
    ...([high, medium, normal].every(({ minutes }) => minutes === null) ? [said('warned.response.none')] : []),
  ];
}

/** Exact: parts per million have at most four decimals of a percent. */
function percent(ppm: number): number {
  return ppm / 10_000;
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
