import type { Calendar, CalendarException, ContractTerms, OpenHours } from '../../protocol/api/contract.ts';

export type WeeklyHours = Calendar['weekly'][number];
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof weekdays)[number];

export const DAY_MINUTES = 1440;
/** A drawn interval begins and ends on these. */
export const SNAP_MINUTES = 15;

/** Minutes after midnight of `HH:MM`; `24:00` is 1440. */
export function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

export function clockOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** What people type for a time of day, as `HH:MM`: `8`, `8:30`, `830`, `17.00`, `24`. Null when it is none. */
export function readClock(text: string): string | null {
  const [, first = '', second = ''] = /^(\d{1,2})(?:[:.h]?(\d{2}))?$/.exec(text.trim()) ?? [];
  if (first === '') return null;
  const minutes = Number(first) * 60 + Number(second || '0');
  return minutes <= DAY_MINUTES && Number(second || '0') < 60 ? clockOf(minutes) : null;
}

const byFrom = (a: OpenHours, b: OpenHours) => minutesOf(a.from) - minutesOf(b.from);

/** The hours of one weekday, earliest first. */
export function hoursOf(weekly: readonly WeeklyHours[], weekday: Weekday): OpenHours[] {
  return weekly
    .filter((hours) => hours.weekday === weekday)
    .map(({ from, to }) => ({ from, to }))
    .sort(byFrom);
}

/** The week with the hours of one weekday replaced; ordered by day and time. */
export function withHours(
  weekly: readonly WeeklyHours[],
  weekday: Weekday,
  hours: readonly OpenHours[],
): WeeklyHours[] {
  return [...weekly.filter((each) => each.weekday !== weekday), ...hours.map((each) => ({ weekday, ...each }))].sort(
    (a, b) => a.weekday - b.weekday || byFrom(a, b),
  );
}

/** The hours with `more` drawn over them: what touches or overlaps becomes one interval. */
export function drawHours(hours: readonly OpenHours[], more: OpenHours): OpenHours[] {
  const joined: OpenHours[] = [];
  for (const next of [...hours, more].sort(byFrom)) {
    const last = joined.at(-1);
    if (last && minutesOf(next.from) <= minutesOf(last.to)) {
      joined[joined.length - 1] = { from: last.from, to: minutesOf(next.to) > minutesOf(last.to) ? next.to : last.to };
    } else joined.push(next);
  }
  return joined;
}

/** A pointer's way over a day, as shares 0..1 of it, snapped outwards; at least one step long. */
export function drawnInterval(startShare: number, endShare: number): OpenHours {
  const low = Math.max(0, Math.min(startShare, endShare)) * DAY_MINUTES;
  const high = Math.min(1, Math.max(startShare, endShare)) * DAY_MINUTES;
  const from = Math.min(DAY_MINUTES - SNAP_MINUTES, Math.floor(low / SNAP_MINUTES) * SNAP_MINUTES);
  const to = Math.max(from + SNAP_MINUTES, Math.ceil(high / SNAP_MINUTES) * SNAP_MINUTES);
  return { from: clockOf(from), to: clockOf(to) };
}

/** Minutes that a week is open, if nothing is an exception. Overlaps count once. */
export function weekMinutes(weekly: readonly WeeklyHours[]): number {
  return weekdays
    .flatMap((weekday) => hoursOf(weekly, weekday).reduce<OpenHours[]>(drawHours, []))
    .reduce((sum, { from, to }) => sum + Math.max(0, minutesOf(to) - minutesOf(from)), 0);
}

/** Runs of neighbouring weekdays with the same hours, for one line: `Mon–Fri 08:00–17:00`. Closed days are left out. */
export function weekRuns(weekly: readonly WeeklyHours[]): { from: Weekday; to: Weekday; hours: OpenHours[] }[] {
  const runs: { from: Weekday; to: Weekday; hours: OpenHours[] }[] = [];
  for (const weekday of weekdays) {
    const hours = hoursOf(weekly, weekday);
    const last = runs.at(-1);
    if (hours.length === 0) continue;
    if (last && last.to === weekday - 1 && JSON.stringify(last.hours) === JSON.stringify(hours)) last.to = weekday;
    else runs.push({ from: weekday, to: weekday, hours });
  }
  return runs;
}

/**
 * The calendar as it is worked: a contract's Saturdays, or those on which somebody is on duty, have Friday's hours where neither
 * the week nor an exception says something of them. `duty` names an exception.
 */
export function effectiveCalendar(
  { calendar, saturday, dutySaturdays }: Pick<ContractTerms, 'calendar' | 'saturday' | 'dutySaturdays'>,
  duty: (person: string) => string = (person) => person,
): Calendar {
  if (hoursOf(calendar.weekly, 6).length > 0) return calendar;
  const friday = hoursOf(calendar.weekly, 5);
  if (saturday) return { ...calendar, weekly: withHours(calendar.weekly, 6, friday) };
  const known = new Set(calendar.exceptions.map(({ date }) => date));
  const added = dutySaturdays.filter(({ date }) => !known.has(date));
  if (added.length === 0) return calendar;
  const exceptions = added.map(({ date, person }) => ({ date, name: duty(person), hours: friday }));
  return { ...calendar, exceptions: [...calendar.exceptions, ...exceptions] };
}

const DAY_MS = 86_400_000;
const SATURDAY = 6;

/** Whether `YYYY-MM-DD` is a Saturday. */
export function isSaturday(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).getUTCDay() === SATURDAY;
}

/** The first Saturday on or after a date, or strictly after it. */
export function nextSaturday(date: string, isAfter: boolean): string {
  const dayMs = Date.parse(`${date}T00:00:00Z`) + (isAfter ? DAY_MS : 0);
  const ahead = (SATURDAY - new Date(dayMs).getUTCDay() + 7) % 7;
  return new Date(dayMs + ahead * DAY_MS).toISOString().slice(0, 10);
}

/** Why an interval cannot stand: it ends before it begins, or overlaps one before it. */
export function hoursFault(hours: readonly OpenHours[], index: number): 'inverted' | 'overlap' | null {
  const own = hours[index];
  if (!own) return null;
  if (minutesOf(own.to) <= minutesOf(own.from)) return 'inverted';
  const overlaps = hours.some(
    (other, at) =>
      at !== index && minutesOf(other.from) < minutesOf(own.to) && minutesOf(own.from) < minutesOf(other.to),
  );
  return overlaps ? 'overlap' : null;
}

/** One exception a date, the later given wins; by date. */
export function mergeExceptions(
  held: readonly CalendarException[],
  added: readonly CalendarException[],
): CalendarException[] {
  const byDate = new Map([...held, ...added].map((each) => [each.date, each]));
  return [...byDate.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}
