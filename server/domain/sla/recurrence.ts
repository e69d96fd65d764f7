import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { type RecurrenceRule, readRule } from './recurrence-rule.ts';

/** Recurrence of planned work (RFC 5545), expanded as local time that knows no clock changes: days are numbers, all of 24 hours. */

/** Starts between two times, both included, sorted. All are local times, as ms that a clock on UTC would show then. */
export type Recurrence = (fromLocalMs: number, toLocalMs: number) => number[];

/** A local date as rules see it. Months, days and weeks count from 1; `weekday` 0 is Monday. */
interface Day {
  /** Days since 1970-01-01. */
  readonly index: number;
  readonly year: number;
  readonly month: number;
  readonly monthDay: number;
  readonly monthLength: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly yearLength: number;
}

/** Consecutive days that a rule repeats: one, a week, a month or a year. `number`: periods since some fixed one. */
interface Span {
  readonly number: number;
  readonly first: number;
  readonly end: number;
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

/**
 * Reads a rule without DTSTART, such as `FREQ=WEEKLY;BYDAY=SU`. `timeZone` is asked for an `UNTIL` in UTC only, which ends what
 * really starts by then, whatever the clocks show.
 * @throws VigiaError validation_failed with a sentence that says what to write instead
 */
export function readRecurrence(rrule: string, startsAt: Temporal.PlainDateTime, timeZone: string): Recurrence {
  const rule = withDefaults(readRule(rrule), startsAt);
  const startMs = startsAt.toZonedDateTime('UTC').epochMilliseconds;
  const times = timesOf(rule, startsAt);
  const isBeforeEnd = rule.until === null ? () => true : endOf(rule.until, timeZone);
  const between = (from: number, to: number): number[] =>
    expand(rule, times, startMs, from, to).filter((at) => isBeforeEnd(at));
  return rule.count === null ? between : counted(between, startMs, rule.count);
}

/** The first so many, found as far as somebody asks: a rule that never happens has none, and that is no fault of its count. */
function counted(between: Recurrence, startMs: number, count: number): Recurrence {
  let all: number[] = [];
  let lookedTo = startMs - 1;
  return (from, to) => {
    if (all.length < count && to > lookedTo) {
      all = [...all, ...between(lookedTo + 1, to)].slice(0, count);
      lookedTo = to;
    }
    return all.filter((at) => at >= from && at <= to);
  };
}

/** What a rule leaves open is as at its start. */
function withDefaults(rule: RecurrenceRule, startsAt: Temporal.PlainDateTime): RecurrenceRule {
  const { frequency, months, weekNumbers, yearDays, monthDays, weekdays } = rule;
  if (yearDays || monthDays || weekdays) return rule;
  const weekly = [{ ordinal: null, weekday: startsAt.dayOfWeek - 1 }];
  if (frequency === 'DAILY') return rule;
  if (frequency === 'WEEKLY' || weekNumbers) return { ...rule, weekdays: weekly };
  const isYearly = frequency === 'YEARLY' && months === null;
  return { ...rule, monthDays: [startsAt.day], months: isYearly ? [startsAt.month] : months };
}

/** Ms after midnight, sorted. */
function timesOf({ hours, minutes }: RecurrenceRule, startsAt: Temporal.PlainDateTime): number[] {
  const found = new Set<number>();
  for (const hour of hours ?? [startsAt.hour]) {
    for (const minute of minutes ?? [startsAt.minute]) {
      found.add(((hour * 60 + minute) * 60 + startsAt.second) * SECOND_MS);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function expand(rule: RecurrenceRule, times: readonly number[], startMs: number, from: number, to: number): number[] {
  const starts: number[] = [];
  const anchor = spanOf(rule, Math.floor(startMs / DAY_MS)).number;
  let span = spanOf(rule, Math.floor(Math.max(from, startMs) / DAY_MS));
  while (span.first * DAY_MS <= to) {
    const off = (span.number - anchor) % rule.interval;
    if (off === 0) {
      for (const at of startsIn(rule, span, times)) {
        if (at >= from && at >= startMs && at <= to) starts.push(at);
      }
    }
    span = nextSpan(rule, span, rule.interval - off);
  }
  return starts;
}

/** All starts of a period, or those of them that BYSETPOS picks. */
function startsIn(rule: RecurrenceRule, { first, end }: Span, times: readonly number[]): number[] {
  const all: number[] = [];
  for (let index = first; index < end; index += 1) {
    if (!matches(rule, dayOf(index))) continue;
    for (const time of times) all.push(index * DAY_MS + time);
  }
  const { positions } = rule;
  return positions ? all.filter((_, index) => positions.some((one) => isAt(one, index + 1, all.length))) : all;
}

function matches(rule: RecurrenceRule, day: Day): boolean {
  const { months, weekNumbers, yearDays, monthDays, weekdays, weekStart } = rule;
  if (months && !months.includes(day.month)) return false;
  if (monthDays && !monthDays.some((one) => isAt(one, day.monthDay, day.monthLength))) return false;
  if (yearDays && !yearDays.some((one) => isAt(one, day.yearDay, day.yearLength))) return false;
  if (weekdays && !weekdays.some(({ ordinal, weekday }) => isWeekday(rule, day, weekday, ordinal))) return false;
  if (!weekNumbers) return true;
  const { number, count } = weekOf(day, weekStart);
  return weekNumbers.some((one) => isAt(one, number, count));
}

/** Where `position` is counted from 1, or from -1 at the end of so many. */
function isAt(position: number, number: number, count: number): boolean {
  return position > 0 ? position === number : count + 1 + position === number;
}

function isWeekday({ frequency, months }: RecurrenceRule, day: Day, weekday: number, ordinal: number | null): boolean {
  if (day.weekday !== weekday) return false;
  if (ordinal === null || frequency === 'DAILY' || frequency === 'WEEKLY') return true;
  const isOfMonth = frequency === 'MONTHLY' || months !== null;
  const [at, length] = isOfMonth ? [day.monthDay, day.monthLength] : [day.yearDay, day.yearLength];
  return ordinal > 0 ? Math.ceil(at / 7) === ordinal : Math.ceil((length + 1 - at) / 7) === -ordinal;
}

/** The number of a day's week, and how many its week-year has: the first week is the one with four days or more in its year. */
function weekOf({ index, weekday, yearDay, year }: Day, weekStart: number): { number: number; count: number } {
  const weekFirst = index - ((weekday - weekStart + 7) % 7);
  const newYear = index - yearDay + 1;
  let from = firstWeek(newYear, weekStart);
  let to = firstWeek(newYearOf(year + 1), weekStart);
  if (weekFirst < from) [from, to] = [firstWeek(newYearOf(year - 1), weekStart), from];
  else if (weekFirst >= to) [from, to] = [to, firstWeek(newYearOf(year + 2), weekStart)];
  return { number: (weekFirst - from) / 7 + 1, count: (to - from) / 7 };
}

/** Where the first week begins of the year that begins on this day. */
function firstWeek(newYear: number, weekStart: number): number {
  const into = (dayOf(newYear).weekday - weekStart + 7) % 7;
  return into <= 3 ? newYear - into : newYear + 7 - into;
}

function spanOf({ frequency, weekStart }: RecurrenceRule, index: number): Span {
  const day = dayOf(index);
  switch (frequency) {
    case 'DAILY':
      return { number: index, first: index, end: index + 1 };
    case 'WEEKLY': {
      const first = index - ((day.weekday - weekStart + 7) % 7);
      return { number: Math.floor((first + 7) / 7), first, end: first + 7 };
    }
    case 'MONTHLY': {
      const first = index - day.monthDay + 1;
      return { number: day.year * 12 + day.month, first, end: first + day.monthLength };
    }
    case 'YEARLY': {
      const first = index - day.yearDay + 1;
      return { number: day.year, first, end: first + day.yearLength };
    }
  }
}

function nextSpan(rule: RecurrenceRule, { number, first, end }: Span, steps: number): Span {
  switch (rule.frequency) {
    case 'DAILY':
    case 'WEEKLY':
      return spanOf(rule, first + steps * (end - first));
    case 'MONTHLY':
      return spanOf(rule, monthFirst(number - 1 + steps));
    case 'YEARLY':
      return spanOf(rule, newYearOf(number + steps));
  }
}

/** `months` since the year 0. */
function monthFirst(months: number): number {
  return Date.UTC(Math.floor(months / 12), months % 12, 1) / DAY_MS;
}

function newYearOf(year: number): number {
  return Date.UTC(year, 0, 1) / DAY_MS;
}

function dayOf(index: number): Day {
  const date = new Date(index * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const newYear = newYearOf(year);
  return {
    index,
    year,
    month: month + 1,
    monthDay: date.getUTCDate(),
    monthLength: (Date.UTC(year, month + 1, 1) - Date.UTC(year, month, 1)) / DAY_MS,
    weekday: (date.getUTCDay() + 6) % 7,
    yearDay: index - newYear + 1,
    yearLength: newYearOf(year + 1) - newYear,
  };
}

/** Whether a local start is not after UNTIL: a whole date, a local time, or an instant. */
function endOf(until: string, timeZone: string): (localMs: number) => boolean {
  const [, year, month, day, hour, minute, second] = /^(.{4})(..)(..)(?:T(..)(..)(..))?/.exec(until) ?? [];
  let end: Temporal.PlainDateTime;
  try {
    const time = hour === undefined ? '23:59:59.999' : `${hour}:${minute}:${second}`;
    end = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${time}`, { overflow: 'reject' });
  } catch {
    throw refused('validation_failed', said('refused.rule.until', { until }));
  }
  const endMs = end.toZonedDateTime('UTC').epochMilliseconds;
  if (!until.endsWith('Z')) return (localMs) => localMs <= endMs;
  return (localMs) => {
    // No zone is further than a day from UTC, so only near the end the clocks matter.
    if (Math.abs(localMs - endMs) > 2 * DAY_MS) return localMs < endMs;
    const local = Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO('UTC').toPlainDateTime();
    return local.toZonedDateTime(timeZone).epochMilliseconds <= endMs;
  };
}
