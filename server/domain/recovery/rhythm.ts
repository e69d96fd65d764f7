import { type Cron, cronTimes } from './cron.ts';
import { type ClosedDays, isClosedOn, neverClosed } from './open-time.ts';
import { zoneDay, zoneDayAt } from './zone-days.ts';

/** When a backup is due to begin. */
export type Rhythm =
  | { readonly kind: 'cron'; readonly cron: Cron }
  /** So long after the one before began. */
  | { readonly kind: 'interval'; readonly everyMs: number };

/** A rhythm where and when it counts. */
export interface Timetable {
  readonly rhythm: Rhythm;
  /** IANA */
  readonly timeZone: string;
  /** Nothing is due on them. */
  readonly closed: ClosedDays;
}

export function timetable(rhythm: Rhythm, timeZone: string, closed: ClosedDays = neverClosed): Timetable {
  return { rhythm, timeZone, closed };
}

/** What never happens, such as 29 February on a Monday that is closed, is not sought for ever. */
const LONGEST_SEARCH_DAYS = 366 * 9;

/**
 * When a backup is due after one that began at `after`, without end or until nothing comes in nine years. Ascending; `after` itself
 * is not among them.
 * @throws RangeError for a zone that does not exist
 */
export function* dueAfter({ rhythm, timeZone, closed }: Timetable, after: number): Generator<number> {
  if (rhythm.kind === 'interval') {
    yield* intervalsAfter(rhythm.everyMs, timeZone, closed, after);
    return;
  }
  let idle = 0;
  for (let day = zoneDayAt(timeZone, after); idle < LONGEST_SEARCH_DAYS; day = zoneDay(timeZone, day.index + 1)) {
    idle += 1;
    if (isClosedOn(closed, day)) continue;
    for (const at of cronTimes(rhythm.cron, timeZone, day)) {
      if (at <= after) continue;
      idle = 0;
      yield at;
    }
  }
}

/** Counted on without a stop; what falls on a closed day is left out. */
function* intervalsAfter(everyMs: number, timeZone: string, closed: ClosedDays, after: number): Generator<number> {
  let day = zoneDayAt(timeZone, after);
  let yieldedIn = day.index;
  let openIn = Number.NaN;
  for (let at = after + everyMs; ; ) {
    while (day.end <= at) day = zoneDay(timeZone, day.index + 1);
    if (day.index - yieldedIn >= LONGEST_SEARCH_DAYS) return;
    // Asked once for each day: a short interval falls on it hundreds of times.
    if (day.index !== openIn && isClosedOn(closed, day)) {
      at += Math.ceil((day.end - at) / everyMs) * everyMs;
      continue;
    }
    openIn = day.index;
    yieldedIn = day.index;
    yield at;
    at += everyMs;
  }
}

/** When one is due next after one that began at `after`; null if none is in nine years. */
export function nextDue(table: Timetable, after: number): number | null {
  for (const at of dueAfter(table, after)) return at;
  return null;
}

/** The usual time from one start to the next: the median. Null for fewer than two. */
export function usualGapMs(starts: readonly number[]): number | null {
  const sorted = [...starts].sort((a, b) => a - b);
  return median(sorted.slice(1).map((start, index) => start - (sorted[index] ?? start)));
}

/** The middle value; of two in the middle the lower one, so that it is one that was seen. Null of none. */
export function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
