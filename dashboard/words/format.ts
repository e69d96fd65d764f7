import { languageTag, t } from './i18n.ts';

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function once<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: (tag: string) => T,
): T {
  const tag = languageTag();
  const known = made.get(tag + key);
  if (known) return known as T;
  const format = make(tag);
  made.set(tag + key, format);
  return format;
}

const dates = (options: Intl.DateTimeFormatOptions) =>
  once(`d${JSON.stringify(options)}`, (tag) => new Intl.DateTimeFormat(tag, options));
const numbers = (options: Intl.NumberFormatOptions) =>
  once(`n${JSON.stringify(options)}`, (tag) => new Intl.NumberFormat(tag, options));

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Bytes with binary prefixes and the usual names, as the server's sentences write them: `4.1 GB`. */
export function bytes(value: number): string {
  const size = Math.abs(value);
  const power = size < 1024 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(size) / 10));
  const scaled = value / 1024 ** power;
  const digits = Math.abs(scaled) < 100 ? 1 : 0;
  if (power === 0) return t('unit.bytes', { amount: Math.floor(value) });
  return numbers({
    style: 'unit',
    unit: byteUnits[power] ?? 'byte',
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: 'floor',
  }).format(scaled);
}

export function bytesPerSecond(value: number): string {
  return t('unit.perSecond', { amount: bytes(value) });
}

/** A ratio 0..1 as a whole per cent, or with one decimal below 10 %. */
export function percent(ratio: number): string {
  return numbers({ style: 'percent', maximumFractionDigits: ratio > 0 && ratio < 0.0995 ? 1 : 0 }).format(ratio);
}

export function decimal(value: number, digits = 2): string {
  return numbers({ maximumFractionDigits: digits }).format(value);
}

const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** Service hours, which nobody counts in days of 24: `24h`, `8h 30m`. */
export function serviceHours(durationMs: number): string {
  const [, hourMs] = spans[1];
  const hours = Math.floor(durationMs / hourMs);
  const rest = durationMs - hours * hourMs;
  if (hours === 0) return duration(rest);
  return rest < spans[2][1] ? unitAmount(hours, 'hour') : `${unitAmount(hours, 'hour')} ${duration(rest, 1)}`;
}

/** A span of time in its largest units, two unless said: `3d 4h`, `12m 5s`, `45s`. */
export function duration(durationMs: number, units = 2): string {
  const whole = Math.max(0, Math.floor(durationMs / 1000) * 1000);
  const first = spans.findIndex(([, ms]) => whole >= ms);
  if (first < 0) return unitAmount(0, 'second');
  const parts: string[] = [];
  let rest = whole;
  for (const [unit, ms] of spans.slice(first, first + units)) {
    const amount = Math.floor(rest / ms);
    rest -= amount * ms;
    if (amount > 0) parts.push(unitAmount(amount, unit));
  }
  return parts.join(' ');
}

function unitAmount(amount: number, unit: string): string {
  return numbers({ style: 'unit', unit, unitDisplay: 'narrow' }).format(amount);
}

/** How long ago, or until, in one unit: `12m ago`, `in 40s`. */
export function relative(atMs: number, fromMs: number): string {
  const differenceMs = atMs - fromMs;
  const size = Math.abs(differenceMs);
  const [unit, ms] = spans.find(([, span]) => size >= span) ?? spans[3];
  const format = once('r', (tag) => new Intl.RelativeTimeFormat(tag, { style: 'narrow' }));
  return format.format(Math.trunc(differenceMs / ms) || -0, unit);
}

/** Local time, as short as it stays clear beside `now`: `14:03`, `Tue 14:03`, `4 Aug, 14:03`. */
export function time(atMs: number, now: number): string {
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  if (sameDay(atMs, now)) return dates(clock).format(atMs);
  if (Math.abs(now - atMs) < 6 * 86_400_000) return dates({ weekday: 'short', ...clock }).format(atMs);
  if (Math.abs(now - atMs) < 300 * 86_400_000) return dates({ day: 'numeric', month: 'short', ...clock }).format(atMs);
  return dates({ day: 'numeric', month: 'short', year: 'numeric' }).format(atMs);
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** Local time to the second with its zone, and the same instant in UTC: what every time shows on hover. */
export function exactTime(atMs: number): string {
  const local = dates({ dateStyle: 'full', timeStyle: 'long' }).format(atMs);
  return t('time.exact', { local, utc: new Date(atMs).toISOString().replace('T', ' ').slice(0, 19) });
}

/** The wall clock of another zone, with its day: what a calendar or a contract there says. */
export function timeIn(timeZone: string, atMs: number): string {
  return dates({
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(atMs);
}

export function clockIn(timeZone: string, atMs: number): string {
  return dates({ timeZone, hour: '2-digit', minute: '2-digit' }).format(atMs);
}

/** A moment to the second with its day: `Tue 4 Aug, 14:03:21`. */
export function dayTime(atMs: number): string {
  return dates({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(atMs);
}

/** A moment of a log, whatever the day: `4 Aug 2026, 14:03:21`, always with 24 hours, so that lines read alike. */
export function logTime(atMs: number): string {
  return dates({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);
}

/** A date without a clock, such as `2026-12-25`, as `Fri 25 Dec 2026`. */
export function dateText(date: string): string {
  return dates({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${date}T00:00:00Z`),
  );
}

/** A weekday by its number, 1 (Monday) to 7 (Sunday). */
export function weekdayName(weekday: number, width: 'short' | 'long' = 'short'): string {
  return dates({ weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday));
}

/** A share that was cut to a decimal, such as `0.99899`, as a percentage: never rounded, `100%` only for a whole. */
export function cutPercent(cut: string): string {
  const decimals = /^1\.0*$/.test(cut) ? 0 : Math.max(0, cut.length - 4);
  const format = numbers({ style: 'percent', minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return format.format(cut as Intl.StringNumericLiteral);
}

export function clockTime(atMs: number): string {
  return dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(atMs);
}

export function day(atMs: number): string {
  return dates({ weekday: 'short', day: 'numeric', month: 'short' }).format(atMs);
}

export function dayShort(atMs: number): string {
  return dates({ day: 'numeric', month: 'short' }).format(atMs);
}

export function clockMinute(atMs: number): string {
  return dates({ hour: '2-digit', minute: '2-digit' }).format(atMs);
}
