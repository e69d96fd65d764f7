import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';

/** The text of a recurrence, read into its parts: a strict subset of RFC 5545. */

const weekdayCodes: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof frequencies)[number];

/** Each list is null where the rule does not name the part. Negative numbers count from the end. */
export interface RecurrenceRule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** As it is written: a date, a local time, or an instant with a Z. */
  readonly until: string | null;
  readonly months: readonly number[] | null;
  readonly weekNumbers: readonly number[] | null;
  readonly yearDays: readonly number[] | null;
  readonly monthDays: readonly number[] | null;
  /** `weekday`: 0 is Monday. `ordinal`: the how manieth of its month or year; null: each. */
  readonly weekdays: readonly { readonly ordinal: number | null; readonly weekday: number }[] | null;
  readonly hours: readonly number[] | null;
  readonly minutes: readonly number[] | null;
  readonly positions: readonly number[] | null;
  /** 0 is Monday. */
  readonly weekStart: number;
}

const weekdays = weekdayCodes.join('|');
const MAX_TIMES_A_DAY = 24;
const MAX_COUNT = 5_000;

const wholeNumbers =
  (low: number, high: number, isSigned = false) =>
  (value: string): boolean =>
    value.split(',').every((one) => {
      const number = Number(one);
      const size = isSigned ? Math.abs(number) : number;
      return /^[+-]?\d{1,4}$/.test(one) && size >= low && size <= high;
    });

const one = (check: (value: string) => boolean) => (value: string) => !value.includes(',') && check(value);

/** Every part that is understood, with what it may say. Anything else is refused. */
const parts: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['FREQ', (value: string) => frequencies.some((frequency) => frequency === value)],
  ['INTERVAL', one(wholeNumbers(1, 1_000))],
  ['COUNT', one(wholeNumbers(1, MAX_COUNT))],
  ['UNTIL', (value: string) => /^\d{8}(T\d{6}Z?)?$/.test(value)],
  ['BYMONTH', wholeNumbers(1, 12)],
  ['BYWEEKNO', wholeNumbers(1, 53, true)],
  ['BYYEARDAY', wholeNumbers(1, 366, true)],
  ['BYMONTHDAY', wholeNumbers(1, 31, true)],
  [
    'BYDAY',
    (value: string) => new RegExp(`^([+-]?[1-9]\\d?)?(${weekdays})(,([+-]?[1-9]\\d?)?(${weekdays}))*$`).test(value),
  ],
  ['BYHOUR', wholeNumbers(0, 23)],
  ['BYMINUTE', wholeNumbers(0, 59)],
  ['BYSETPOS', wholeNumbers(1, 366, true)],
  ['WKST', (value: string) => new RegExp(`^(${weekdays})$`).test(value)],
]);

/** @throws VigiaError validation_failed with a sentence that says what to write instead */
export function readRule(rrule: string): RecurrenceRule {
  const named = readParts(rrule);
  const numbers = (name: string): number[] | null => named.get(name)?.split(',').map(Number) ?? null;
  return {
    frequency: frequencies.find((frequency) => frequency === named.get('FREQ')) ?? 'DAILY',
    interval: Number(named.get('INTERVAL') ?? 1),
    count: named.has('COUNT') ? Number(named.get('COUNT')) : null,
    until: named.get('UNTIL') ?? null,
    months: numbers('BYMONTH'),
    weekNumbers: numbers('BYWEEKNO'),
    yearDays: numbers('BYYEARDAY'),
    monthDays: numbers('BYMONTHDAY'),
    weekdays: named.get('BYDAY')?.split(',').map(readWeekday) ?? null,
    hours: numbers('BYHOUR'),
    minutes: numbers('BYMINUTE'),
    positions: numbers('BYSETPOS'),
    weekStart: weekdayCodes.indexOf(named.get('WKST') ?? 'MO'),
  };
}

/**
 * Refuses what RFC 5545 does not allow together. Rules that were accepted before this was looked at are still read.
 * @throws VigiaError validation_failed with a sentence that says what to write instead
 */
export function requireSound(rule: RecurrenceRule): void {
  const { frequency, months, weekNumbers, yearDays, monthDays, weekdays: days, hours, minutes, positions } = rule;
  const isYearly = frequency === 'YEARLY';
  const counted = days?.find(({ ordinal }) => ordinal !== null);
  if (counted) {
    const code = `${counted.ordinal}${weekdayCodes[counted.weekday]}`;
    if (!isYearly && frequency !== 'MONTHLY') {
      throw bad(said('refused.rule.counted', { code, frequency }));
    }
    if (weekNumbers) throw bad(said('refused.rule.counted-week', { code }));
    const limit = isYearly && !months ? 53 : 5;
    const far = days?.find(({ ordinal }) => Math.abs(ordinal ?? 0) > limit);
    if (far) {
      throw bad(
        said('refused.rule.far', {
          of: limit === 5 ? 'month' : 'year',
          code: `${far.ordinal}${weekdayCodes[far.weekday]}`,
          limit,
        }),
      );
    }
  }
  if (weekNumbers && !isYearly) throw bad(said('refused.rule.yearly', { part: 'BYWEEKNO' }));
  if (yearDays && !isYearly) throw bad(said('refused.rule.yearly', { part: 'BYYEARDAY' }));
  if (monthDays && frequency === 'WEEKLY') {
    throw bad(said('refused.rule.month-day'));
  }
  const selected = [months, weekNumbers, yearDays, monthDays, days, hours, minutes];
  if (positions && selected.every((part) => part === null)) {
    throw bad(said('refused.rule.position'));
  }
}

function readWeekday(text: string): { ordinal: number | null; weekday: number } {
  const ordinal = text.slice(0, -2);
  const weekday = weekdayCodes.indexOf(text.slice(-2));
  return { ordinal: ordinal === '' ? null : Number(ordinal), weekday };
}

function readParts(rrule: string): Map<string, string> {
  const rule = new Map<string, string>();
  for (const part of rrule
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .replace(/;$/, '')
    .split(';')) {
    const [name = '', value = '', ...rest] = part.split('=');
    const check = parts.get(name);
    if (name === 'FREQ' && /^(SECOND|MINUTE|HOUR)LY$/.test(value)) {
      throw bad(said('refused.rule.frequency', { frequency: value.toLowerCase() }));
    }
    if (check === undefined || rest.length > 0) {
      throw bad(said('refused.rule.part', { part: part.slice(0, 40), known: [...parts.keys()] }));
    }
    if (!check(value)) throw bad(said('refused.rule.value', { part: name, value: value.slice(0, 40) }));
    if (rule.has(name)) throw bad(said('refused.rule.twice', { part: name }));
    rule.set(name, value);
  }
  if (!rule.has('FREQ')) throw bad(said('refused.rule.no-frequency'));
  if (rule.has('COUNT') && rule.has('UNTIL')) throw bad(said('refused.rule.ends'));
  const times = (name: string) => rule.get(name)?.split(',').length ?? 1;
  if (times('BYHOUR') * times('BYMINUTE') > MAX_TIMES_A_DAY) {
    throw bad(said('refused.rule.times', { most: MAX_TIMES_A_DAY }));
  }
  return rule;
}

function bad(fact: Said): VigiaError {
  return refused('validation_failed', fact);
}
