import type { PresenceInterval } from '../protocol/view.ts';

export type LedgerState = PresenceInterval['state'];

/** A stretch inside a day, as shares 0..1 of that day's own length (23 or 25 h when the clocks change). */
export interface Stretch {
  readonly state: LedgerState;
  readonly start: number;
  readonly end: number;
}

export interface Totals {
  readonly upMs: number;
  readonly downMs: number;
  readonly excludedMs: number;
  readonly unknownMs: number;
}

export interface DayColumn {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stretches: readonly Stretch[];
  readonly totals: Totals;
  readonly intervals: readonly PresenceInterval[];
}

/** Midnight at the start of the day, in the browser's zone, `daysBefore` days earlier. */
export function startOfDay(atMs: number, daysBefore = 0): number {
  const date = new Date(atMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBefore).getTime();
}

/** The last `days` calendar days up to today, each with the ledger's stretches in it. Empty where the ledger has nothing. */
export function dayColumns(intervals: readonly PresenceInterval[], nowMs: number, days: number): DayColumn[] {
  const ledger = intervals.map((interval) => ({
    interval,
    fromMs: Date.parse(interval.from),
    toMs: Math.min(Date.parse(interval.to), nowMs),
  }));
  return Array.from({ length: days }, (_, index) => {
    const fromMs = startOfDay(nowMs, days - 1 - index);
    const toMs = startOfDay(nowMs, days - 2 - index);
    const within = ledger.filter((each) => each.fromMs < toMs && each.toMs > fromMs);
    const clipped = within.map(({ interval, ...span }) => ({
      state: interval.state,
      fromMs: Math.max(span.fromMs, fromMs),
      toMs: Math.min(span.toMs, toMs),
    }));
    const share = (atMs: number) => (atMs - fromMs) / (toMs - fromMs);
    return {
      fromMs,
      toMs,
      stretches: clipped.map((part) => ({ state: part.state, start: share(part.fromMs), end: share(part.toMs) })),
      totals: addUp(clipped),
      intervals: within.map(({ interval }) => interval),
    };
  });
}

/** The milliseconds of the ledger by state, up to `nowMs`. */
export function ledgerTotals(intervals: readonly PresenceInterval[], nowMs: number): Totals {
  return addUp(
    intervals.map(({ state, from, to }) => ({
      state,
      fromMs: Date.parse(from),
      toMs: Math.min(Date.parse(to), nowMs),
    })),
  );
}

function addUp(parts: readonly { state: LedgerState; fromMs: number; toMs: number }[]): Totals {
  const totals = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0 };
  for (const { state, fromMs, toMs } of parts) totals[`${state}Ms`] += Math.max(0, toMs - fromMs);
  return totals;
}

/** up / (up + down), or null when neither is known. */
export function availabilityRatio({ upMs, downMs }: Totals): number | null {
  return upMs + downMs === 0 ? null : upMs / (upMs + downMs);
}
