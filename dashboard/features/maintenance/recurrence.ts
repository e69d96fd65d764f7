/** How often a window of maintenance comes back, as the form asks it. */
export interface Recurrence {
  readonly kind: 'once' | 'weekly' | 'monthly' | 'raw';
  /** Every so many weeks or months. */
  readonly interval: number;
  /** Weekly: on these days, 1 (Monday) to 7. */
  readonly weekdays: readonly number[];
  /** Monthly: the first to fourth, or -1 for the last ... */
  readonly nth: number;
  /** ... of this weekday. */
  readonly weekday: number;
  /** Last day on which one may begin, `YYYY-MM-DD`; empty: for ever. */
  readonly until: string;
  readonly raw: string;
}

export const nths = [1, 2, 3, 4, -1] as const;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const codes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const codeOf = (weekday: number) => codes[weekday - 1] ?? 'MO';
const weekdayOf = (code: string) => codes.indexOf(code as (typeof codes)[number]) + 1;

/** What the form offers for a first window on `date` (`YYYY-MM-DD`): the same weekday, at the same place in its month. */
export function recurrenceFor(date: string): Recurrence {
  const day = new Date(`${date}T12:00:00Z`);
  const weekday = ((day.getUTCDay() + 6) % 7) + 1;
  const nth = Math.ceil(day.getUTCDate() / 7);
  return { kind: 'once', interval: 1, weekdays: [weekday], nth: nth > 4 ? -1 : nth, weekday, until: '', raw: '' };
}

/** RFC 5545, without DTSTART; null for once. A last day without a time counts whole in the zone of the window. */
export function toRrule({ kind, interval, weekdays: days, nth, weekday, until, raw }: Recurrence): string | null {
  if (kind === 'once') return null;
  if (kind === 'raw') return raw.trim().replace(/^RRULE:/i, '') || null;
  return [
    kind === 'weekly' ? 'FREQ=WEEKLY' : 'FREQ=MONTHLY',
    ...(interval > 1 ? [`INTERVAL=${interval}`] : []),
    kind === 'weekly' ? `BYDAY=${[...days].sort().map(codeOf).join(',')}` : `BYDAY=${nth}${codeOf(weekday)}`,
    ...(until ? [`UNTIL=${until.replaceAll('-', '')}`] : []),
  ].join(';');
}

/** The form of a rule that this builder can show, or the rule as text. `date` is the day of the first window. */
export function fromRrule(rrule: string | null, date: string): Recurrence {
  const base = recurrenceFor(date);
  if (rrule === null) return base;
  const built = parse(rrule, base);
  return built !== null && sameParts(toRrule(built), rrule) ? built : { ...base, kind: 'raw', raw: rrule };
}

function parse(rrule: string, base: Recurrence): Recurrence | null {
  const parts = new Map(rrule.split(';').map((part) => part.split('=', 2) as [string, string | undefined]));
  const until =
    /^(\d{4})(\d{2})(\d{2})$/
      .exec(parts.get('UNTIL') ?? '')
      ?.slice(1)
      .join('-') ?? '';
  const common = { ...base, interval: Number(parts.get('INTERVAL') ?? 1), until };
  const byDay = parts.get('BYDAY') ?? '';
  if (parts.get('FREQ') === 'WEEKLY')
    return { ...common, kind: 'weekly', weekdays: byDay ? byDay.split(',').map(weekdayOf) : base.weekdays };
  const nth = /^(-?\d)([A-Z]{2})$/.exec(byDay);
  if (parts.get('FREQ') !== 'MONTHLY' || nth === null) return null;
  return { ...common, kind: 'monthly', nth: Number(nth[1]), weekday: weekdayOf(nth[2] ?? '') };
}

/** The order of the parts of a rule means nothing. */
function sameParts(a: string | null, b: string): boolean {
  return a?.split(';').sort().join(';') === b.split(';').sort().join(';');
}
