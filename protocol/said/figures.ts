import { harmless, isolated } from '../bidi.ts';

/** Values in the words of a language, by `Intl`. */

/** Where, when and in which language something is read. */
export interface Reader {
  /** The BCP 47 tag for `Intl`. */
  readonly tag: string;
  readonly timeZone: string;
  /** Ms since 1970. */
  readonly now: number;
  /**
   * How instants are written: `iso` to the second with its zone, for machines and logs; `local` as people write them; `zoned` the
   * same with the zone, where nobody can ask for it.
   */
  readonly instants: 'iso' | 'local' | 'zoned';
}

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules | Intl.ListFormat>();
const MAX_MADE = 256;

function once<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules | Intl.ListFormat>(
  key: string,
  make: () => T,
): T {
  const known = made.get(key);
  if (known) return known as T;
  // Zones are chosen by people: nobody may fill the memory with them.
  if (made.size >= MAX_MADE) made.clear();
  const format = make();
  made.set(key, format);
  return format;
}

export function number(tag: string, value: number, options: Intl.NumberFormatOptions = {}): string {
  return once(`n${tag}${JSON.stringify(options)}`, () => new Intl.NumberFormat(tag, options)).format(value);
}

export function pluralForm(tag: string, count: number): Intl.LDMLPluralRule {
  return once(`p${tag}`, () => new Intl.PluralRules(tag)).select(count);
}

export function list(tag: string, parts: readonly string[]): string {
  return once(`l${tag}`, () => new Intl.ListFormat(tag, { type: 'conjunction' })).format(parts);
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Bytes with binary prefixes, rounded down, with one decimal below 100. @param one the sign of a byte */
export function bytes(tag: string, value: number, one: string): string {
  const size = Math.max(0, value);
  let power = 0;
  while (size >= 1024 ** (power + 1) && power < byteUnits.length - 1) power += 1;
  if (power === 0) return `${number(tag, Math.floor(size))} ${one}`;
  const scaled = size / 1024 ** power;
  const digits = scaled < 100 ? 1 : 0;
  return number(tag, scaled + 1e-9, {
    style: 'unit',
    unit: byteUnits[power] ?? 'byte',
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: 'floor',
  });
}

/** Rounded down to a tenth of a per cent: 0.0499 is never shown as 5 %. */
export function percent(tag: string, ratio: number): string {
  return number(tag, ratio + 1e-9, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    roundingMode: 'floor',
  });
}

export type TimeUnit = 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const spans = [
  ['day', 86_400_000],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
  ['second', 1_000],
] as const;

/** A duration in its two largest units, rounded down. @param signs of the units, as the language abbreviates them */
export function duration(tag: string, durationMs: number, signs: Readonly<Record<TimeUnit, string>>): string {
  let rest = Math.max(0, durationMs);
  const parts: string[] = [];
  for (const [unit, size] of spans) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${number(tag, count)} ${signs[unit]}`);
    if (parts.length === 2 || (parts.length > 0 && count === 0)) break;
    rest -= count * size;
  }
  return parts.join(' ') || `${number(tag, Math.floor(rest))} ${signs.millisecond}`;
}

/** Service hours as contracts count them: a day of 24 h is none of work. */
export function serviceHours(tag: string, durationMs: number, signs: Readonly<Record<TimeUnit, string>>): string {
  const hours = Math.floor(durationMs / HOUR_MS);
  const rest = durationMs - hours * HOUR_MS;
  if (hours === 0) return duration(tag, rest, signs);
  const more = rest >= MINUTE_MS ? ` ${duration(tag, rest, signs)}` : '';
  return `${number(tag, hours)} ${signs.hour}${more}`;
}

/** What `Date` can hold, ms. */
const LAST_INSTANT = 8.64e15;

export function instant({ tag, timeZone, instants }: Reader, ms: number): string {
  const at = Math.min(Math.max(ms, -LAST_INSTANT), LAST_INSTANT);
  if (instants === 'iso') return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone } as const;
  const local = once(`d${tag}${timeZone}`, () => new Intl.DateTimeFormat(tag, options)).format(at);
  return instants === 'zoned' ? `${local} (${timeZone})` : local;
}

/** A date without a clock. What is no date is shown as it is. */
export function date({ tag, instants }: Reader, text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (instants === 'iso' || Number.isNaN(at)) return phrase(text, MAX_NAME);
  return once(`D${tag}`, () => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' })).format(at);
}

export const MAX_NAME = 300;
export const MAX_TEXT = 10_000;

/** Text of others as a part of a sentence: on one line, no longer than it may be, and nothing in it acts on what stands beside it. */
export function phrase(text: string, maxLength: number): string {
  return isolated(harmless(cut(text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' '), maxLength)));
}

/** The same with its line breaks. */
export function lines(text: string, maxLength: number): string {
  return isolated(harmless(cut(text.toWellFormed(), maxLength)));
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // Not through the middle of a character.
  return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
