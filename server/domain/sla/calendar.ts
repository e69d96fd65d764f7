import type { Calendar, OpenHours } from '../../../protocol/api/contract.ts';
import { isolated } from '../../../protocol/bidi.ts';

/**
 * Service hours on the line of instants. An instant is open if, and only if, the wall clock of the calendar's zone shows a time
 * inside the hours of that date: an hour that a clock change skips has no instants, one that it repeats has twice as many.
 * Times are ms since 1970, intervals half-open.
 */

export interface OpenInterval {
  readonly start: number;
  readonly end: number;
  /** `Mon 08:00-17:00`, with the name of the date if it has hours of its own. */
  readonly label: string;
}

/** What a local date is on the line of instants. */
export interface CalendarDay {
  readonly start: number;
  readonly end: number;
  /** Sorted, without overlap. */
  readonly open: readonly OpenInterval[];
  /** What its closed time is called: `closed`, or `closed: Labour Day`. */
  readonly closedLabel: string;
}

interface LocalHours {
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
}

interface Compiled {
  readonly timeZone: string;
  /** By weekday, 1 (Monday) to 7. */
  readonly weekly: ReadonlyMap<number, readonly LocalHours[]>;
  readonly exceptions: ReadonlyMap<string, { readonly name: string; readonly hours: readonly LocalHours[] }>;
  /** By days since 1970-01-01. */
  readonly days: Map<number, CalendarDay>;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Half a century of days; beyond it a calendar starts its memory anew. */
const MAX_DAYS_KEPT = 20_000;
const epoch = Temporal.PlainDate.from('1970-01-01');
export const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const compiled = new WeakMap<Calendar, Compiled>();

/** The open intervals of [from, to), clipped to it, sorted. They may touch, for example at midnight. */
export function openIntervals(calendar: Calendar, from: number, to: number): OpenInterval[] {
  const found: OpenInterval[] = [];
  if (!(from < to)) return found;
  for (const day of calendarDays(calendar, from)) {
    if (day.start >= to) break;
    for (const { start, end, label } of day.open) {
      if (end > from && start < to) found.push({ start: Math.max(start, from), end: Math.min(end, to), label });
    }
  }
  return found;
}

/** How much of [from, to) is open. */
export function openMsBetween(calendar: Calendar, from: number, to: number): number {
  let openMs = 0;
  for (const { start, end } of openIntervals(calendar, from, to)) openMs += end - start;
  return openMs;
}

/** The local dates from the one that holds `from`, without end. */
export function* calendarDays(calendar: Calendar, from: number): Generator<CalendarDay> {
  const known = compile(calendar);
  // No zone is a day away from UTC, so the date is one of three.
  let index = Math.floor(from / DAY_MS) - 1;
  while (dayOf(known, index).end <= from) index += 1;
  for (; ; index += 1) yield dayOf(known, index);
}

/** Minutes after midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function compile(calendar: Calendar): Compiled {
  const known = compiled.get(calendar);
  if (known) return known;
  const weekly = new Map<number, LocalHours[]>();
  for (const { weekday, from, to } of calendar.weekly) {
    const label = `${weekdayNames[weekday - 1]} ${from}-${to}`;
    weekly.set(weekday, [...(weekly.get(weekday) ?? []), localHours({ from, to }, label)].sort(byStart));
  }
  const exceptions = new Map(
    calendar.exceptions.map(({ date, name, hours }) => {
      const weekday = weekdayNames[Temporal.PlainDate.from(date).dayOfWeek - 1];
      const local = hours.map(({ from, to }) => localHours({ from, to }, `${weekday} ${from}-${to} (${name})`));
      return [date, { name, hours: local.sort(byStart) }];
    }),
  );
  const made = { timeZone: calendar.timeZone, weekly, exceptions, days: new Map<number, CalendarDay>() };
  compiled.set(calendar, made);
  return made;
}

function localHours({ from, to }: OpenHours, label: string): LocalHours {
  return { fromMs: minutesOf(from) * MINUTE_MS, toMs: minutesOf(to) * MINUTE_MS, label };
}

const byStart = (a: LocalHours, b: LocalHours): number => a.fromMs - b.fromMs;

function dayOf(known: Compiled, index: number): CalendarDay {
  const cached = known.days.get(index);
  if (cached) return cached;
  if (known.days.size >= MAX_DAYS_KEPT) known.days.clear();
  const day = buildDay(known, index);
  known.days.set(index, day);
  return day;
}

function buildDay({ timeZone, weekly, exceptions }: Compiled, index: number): CalendarDay {
  const date = epoch.add({ days: index });
  const midnight = date.toZonedDateTime(timeZone);
  const end = date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
  const exception = exceptions.get(date.toString());
  const hours = exception?.hours ?? weekly.get(date.dayOfWeek) ?? [];
  const closedLabel = exception && hours.length === 0 ? `closed: ${isolated(exception.name)}` : 'closed';
  const open: OpenInterval[] = [];
  // Between two clock changes the wall clock is the instant plus a constant.
  let cursor: Temporal.ZonedDateTime | null = midnight;
  while (cursor !== null && cursor.epochMilliseconds < end) {
    const start: number = cursor.epochMilliseconds;
    const next: Temporal.ZonedDateTime | null = cursor.getTimeZoneTransition('next');
    const stop = Math.min(end, next?.epochMilliseconds ?? end);
    const midnightMs = index * DAY_MS - cursor.offsetNanoseconds / 1e6;
    for (const { fromMs, toMs, label } of hours) {
      addOpen(open, { start: Math.max(start, midnightMs + fromMs), end: Math.min(stop, midnightMs + toMs), label });
    }
    cursor = next;
  }
  return { start: midnight.epochMilliseconds, end, open, closedLabel };
}

/** Adds what is not empty, as one with the interval before if that goes on over a clock change. */
function addOpen(open: OpenInterval[], added: OpenInterval): void {
  if (added.end <= added.start) return;
  const last = open.at(-1);
  if (last?.end === added.start && last.label === added.label) open[open.length - 1] = { ...last, end: added.end };
  else open.push(added);
}
