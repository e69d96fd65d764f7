import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type ParamsOf, type Said, said } from '../../../protocol/said/said.ts';
import { dateOf, type ZoneDay } from './zone-days.ts';

/** A line of a crontab: when something runs, in local time. */
export interface Cron {
  /** Minutes after midnight, ascending. */
  readonly times: readonly number[];
  readonly monthDays: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Neither the day of the month nor the weekday was left open: either one is enough. */
  readonly isEitherDay: boolean;
  /** Minute or hour begins with a star: it runs by the pace of the clock, not at a time of day. */
  readonly isPaced: boolean;
}

const names = {
  months: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  weekdays: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
} as const;

const nicknames: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

interface Field {
  readonly label: ParamsOf<'refused.cron.field'>['field'];
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
  /** What the first name stands for. */
  readonly firstName: number;
}

const fields: readonly Field[] = [
  { label: 'minute', low: 0, high: 59, names: [], firstName: 0 },
  { label: 'hour', low: 0, high: 23, names: [], firstName: 0 },
  { label: 'day of the month', low: 1, high: 31, names: [], firstName: 0 },
  { label: 'month', low: 1, high: 12, names: names.months, firstName: 1 },
  { label: 'weekday', low: 0, high: 7, names: names.weekdays, firstName: 0 },
];

const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads the five fields of a crontab, or one of its nicknames (`@daily`), as crontab(5) of Debian has them.
 * @throws VigiaError validation_failed with a sentence that says what to write instead
 */
export function readCron(text: string): Cron {
  const spelled = text.trim().toLowerCase();
  const parts = (nicknames.get(spelled) ?? spelled).split(/\s+/);
  if (parts.length !== fields.length) {
    throw bad(said('refused.cron.fields'));
  }
  const [minutes, hours, monthDays, months, days] = fields.map((field, index) => readField(field, parts[index] ?? ''));
  const [minuteText = '', hourText = '', monthDayText = '', , weekdayText = ''] = parts;
  const weekdays = new Set([...(days ?? [])].map((day) => day % 7));
  const isEitherDay = !monthDayText.startsWith('*') && !weekdayText.startsWith('*');
  const cron: Cron = {
    times: [...(hours ?? [])].flatMap((hour) => [...(minutes ?? [])].map((minute) => hour * 60 + minute)),
    monthDays: monthDays ?? new Set(),
    months: months ?? new Set(),
    weekdays,
    isEitherDay,
    isPaced: minuteText.startsWith('*') || hourText.startsWith('*'),
  };
  const happens = [...cron.months].some((month) => Math.min(...cron.monthDays) <= (LONGEST_MONTHS[month - 1] ?? 0));
  if (!happens && !isEitherDay) throw bad(said('refused.cron.never'));
  return cron;
}

/**
 * The instants of a local date at which it runs, ascending. Where the clocks change, as Debian's cron: what has its time in the hour
 * that is skipped runs once when the clocks have changed, what has it in the hour that comes twice runs once, in the first; but what
 * runs by the pace of the clock (`0 * * * *`) is left out in the one and runs again in the other.
 */
export function cronTimes(cron: Cron, timeZone: string, day: ZoneDay): number[] {
  if (!isDayOf(cron, day)) return [];
  if (day.end - day.start === DAY_MS) return cron.times.map((minutes) => day.start + minutes * MINUTE_MS);
  const found = new Set<number>();
  for (const minutes of cron.times) {
    const local = dateOf(day.index).toPlainDateTime({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
    const [first, second] = (['earlier', 'later'] as const).map((disambiguation) =>
      local.toZonedDateTime(timeZone, { disambiguation }),
    );
    if (first === undefined || second === undefined) continue;
    if (!second.toPlainDateTime().equals(local)) {
      // Skipped: `earlier` lies as far before the change as the clocks jump, which is the next change from there.
      const change = first.getTimeZoneTransition('next');
      if (!cron.isPaced && change) found.add(change.epochMilliseconds);
      continue;
    }
    found.add(first.epochMilliseconds);
    if (cron.isPaced) found.add(second.epochMilliseconds);
  }
  return [...found].sort((a, b) => a - b);
}

function isDayOf(cron: Cron, { month, monthDay, weekday }: ZoneDay): boolean {
  if (!cron.months.has(month)) return false;
  const isMonthDay = cron.monthDays.has(monthDay);
  const isWeekday = cron.weekdays.has(weekday % 7);
  return cron.isEitherDay ? isMonthDay || isWeekday : isMonthDay && isWeekday;
}

function readField(field: Field, text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    const isRange = range === '*' || range.includes('-');
    const every = step === undefined ? 1 : /^\d{1,2}$/.test(step) ? Number(step) : 0;
    if (more.length > 0 || every === 0 || (step !== undefined && !isRange)) throw unreadable(field, text);
    const [low, high] = range === '*' ? [field.low, field.high] : readRange(field, range, text);
    for (let value = low; value <= high; value += every) found.add(value);
  }
  return new Set([...found].sort((a, b) => a - b));
}

function readRange(field: Field, range: string, text: string): [low: number, high: number] {
  const ends = range.split('-').map((end) => readValue(field, end));
  const [low] = ends;
  const high = ends.at(-1);
  if (low === undefined || high === undefined || ends.length > 2 || low > high) throw unreadable(field, text);
  return [low, high];
}

function readValue({ low, high, names: known, firstName }: Field, text: string): number | undefined {
  const named = known.indexOf(text);
  const value = named >= 0 ? named + firstName : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : undefined;
}

function unreadable({ label, low, high }: Field, text: string): VigiaError {
  return bad(said('refused.cron.field', { field: label, text: text.slice(0, 40), low, high }));
}

function bad(fact: Said): VigiaError {
  return refused('validation_failed', fact);
}
