import { type FillMemory, rhythmOf } from './fill-memory.ts';

/**
 * What a file system keeps of a night: how much less is available when the night is over than when it began. Backups, imports and
 * closings run then, and nobody looks. What is freed before the morning is not kept, and does not count.
 */

/** A night begins at this hour of the client's zone and ends at the other one; it is named by the day on which it begins. */
const BEGINS_HOUR = 20;
const ENDS_HOUR = 8;
const HOUR_MS = 3_600_000;
export const NIGHTS = 14;
/** Until so many nights were seen, none of them says what is usual. */
const LEAST_NIGHTS = 3;
/** Less than this share of the size is noise. */
const LEAST_GROWTH = 0.002;

/** Which night it is, as a number of days since 1970, or null by day; and when the present or next one ends, ms. */
export interface NightTime {
  readonly night: number | null;
  readonly endsAt: number;
}

export function nightAt(atMs: number, timeZone: string): NightTime {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const hour = local.hour + local.minute / 60;
  const day = Math.floor(Date.UTC(local.year, local.month - 1, local.day) / (24 * HOUR_MS));
  const endsAt = atMs + (hour < ENDS_HOUR ? ENDS_HOUR - hour : 24 + ENDS_HOUR - hour) * HOUR_MS;
  if (hour >= BEGINS_HOUR) return { night: day, endsAt };
  return { night: hour < ENDS_HOUR ? day - 1 : null, endsAt };
}

/** Takes the next level in place, in the order of time. */
export function noteNight(memory: FillMemory, level: number, { night }: NightTime): void {
  memory.nights ??= { current: null, past: [] };
  const { nights } = memory;
  const { current } = nights;
  if (current && current[0] === night) {
    current[2] = level;
    return;
  }
  if (current) {
    nights.past.push([current[0], Math.round((current[1] - current[2]) * 1e5) / 1e5]);
    nights.past = nights.past.filter(([known]) => current[0] - known < NIGHTS);
  }
  nights.current = night === null ? null : [night, level, level];
}

export interface NightGrowth {
  /** The night that kept most, and how much of the size that was. */
  readonly night: number;
  readonly growth: number;
}

/**
 * The largest growth of a night; null while too few are known or none kept anything. A night of which no other took half as much
 * is what somebody did once, and says nothing of the next one.
 */
export function largestNight({ nights }: FillMemory): NightGrowth | null {
  if (!nights || nights.past.length < LEAST_NIGHTS) return null;
  const sorted = [...nights.past].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  const index = sorted.findIndex(([, growth], at) => (sorted[at + 1]?.[1] ?? 0) >= growth / 2);
  const [night, growth] = sorted[index] ?? [0, 0];
  return growth > LEAST_GROWTH ? { night, growth } : null;
}

/** Whether its rhythm empties it, at the latest, before the next night is over: then what is left by day says little. */
export function isEmptiedBefore(memory: FillMemory, nowMs: number, { endsAt }: NightTime): boolean {
  const { nextReset } = rhythmOf(memory, nowMs, 0, 0);
  return nextReset !== null && nextReset <= endsAt;
}
