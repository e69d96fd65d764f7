import { dateOf, indexOf, zoneDay, zoneDayAt } from './zone-days.ts';

/** Dates on which nothing is worked, and nothing backed up. */
export interface ClosedDays {
  /** 1 (Monday) to 7. */
  readonly weekdays: readonly number[];
  /** `YYYY-MM-DD` */
  readonly dates: readonly string[];
}

export const neverClosed: ClosedDays = { weekdays: [], dates: [] };

/**
 * Time without closed days, as a line of its own: what is measured on it stands still while a plan is closed. Over a weekend nobody
 * works, so nobody loses work. Where nothing is closed it is the line of instants itself.
 */
export interface OpenTime {
  /** Where an instant lies on it. Never decreases; all of a closed stretch lies at one place. */
  toOpen(at: number): number;
  /** The last instant that lies there: the end of a closed stretch. */
  toWall(open: number): number;
}

/** As it is where nothing is closed. */
export const allOpen: OpenTime = { toOpen: (at) => at, toWall: (open) => open };

/** How much of [from, to) is closed. */
export function closedMs(open: OpenTime, from: number, to: number): number {
  return to - from - (open.toOpen(to) - open.toOpen(from));
}

/**
 * The open time of a plan. What lies outside [from, to) counts as open: nobody asks for it.
 * @throws RangeError for a zone or a date that does not exist
 */
export function openTimeOf(closed: ClosedDays, timeZone: string, from: number, to: number): OpenTime {
  if (closed.weekdays.length === 0 && closed.dates.length === 0) return allOpen;
  const spans = closedSpans(closed, timeZone, from, to);
  if (spans.length === 0) return allOpen;
  const starts = Float64Array.from(spans, ({ start }) => start);
  const lengths = Float64Array.from(spans, ({ start, end }) => end - start);
  // Closed time before each span, and where it lies on the line of open time.
  const before = new Float64Array(spans.length);
  const opens = new Float64Array(spans.length);
  spans.forEach(({ start }, index) => {
    before[index] = index === 0 ? 0 : (before[index - 1] ?? 0) + (lengths[index - 1] ?? 0);
    opens[index] = start - (before[index] ?? 0);
  });
  return {
    toOpen(at) {
      const index = lastAtOrBefore(starts, at);
      if (index < 0) return at;
      return at - (before[index] ?? 0) - Math.min(lengths[index] ?? 0, at - (starts[index] ?? 0));
    },
    toWall(open) {
      const index = lastAtOrBefore(opens, open);
      return index < 0 ? open : open + (before[index] ?? 0) + (lengths[index] ?? 0);
    },
  };
}

/** Whether a date is one of them. */
export function isClosedOn({ weekdays, dates }: ClosedDays, day: { index: number; weekday: number }): boolean {
  if (weekdays.includes(day.weekday)) return true;
  return dates.length > 0 && dates.includes(dateOf(day.index).toString());
}

/** Index of the last value that is not above `wanted`; -1 if all are. `sorted` ascends. */
export function lastAtOrBefore(sorted: Float64Array, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  // Mostly it is asked for now, which is behind all of them.
  if (high > 0 && (sorted[high - 1] ?? 0) <= wanted) return high - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Neighbouring dates as one. */
function closedSpans(closed: ClosedDays, timeZone: string, from: number, to: number): Span[] {
  const dates = new Set(closed.dates.map(indexOf));
  const spans: Span[] = [];
  for (let day = zoneDayAt(timeZone, from); day.start < to; day = zoneDay(timeZone, day.index + 1)) {
    if (!closed.weekdays.includes(day.weekday) && !dates.has(day.index)) continue;
    const last = spans.at(-1);
    if (last?.end === day.start) spans[spans.length - 1] = { start: last.start, end: day.end };
    else spans.push(day);
  }
  return spans;
}
