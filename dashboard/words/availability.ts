import type {
  AvailabilityFigure,
  AvailabilityRow,
  LedgerEntry,
  Strip,
  Verdict,
} from '../../protocol/api/availability.ts';

export type LedgerState = LedgerEntry['state'];
export const ledgerStates = ['up', 'down', 'unknown', 'excluded'] as const satisfies readonly LedgerState[];

/** The partition of a stretch of time, in whole milliseconds. */
export type Partition = Pick<AvailabilityFigure, 'upMs' | 'downMs' | 'excludedMs' | 'unknownMs'>;

/** Percentages are cut, never rounded, after so many decimals; a finer target gets its own. */
const LEAST_DECIMALS = 3;

/**
 * `part / whole` as a decimal ratio cut after `decimals` of its percentage: exact, from the milliseconds, because a ratio
 * in floating point may lie on the wrong side of a target. Null without a whole.
 */
export function cutShare(partMs: number, wholeMs: number, decimals = LEAST_DECIMALS): string | null {
  if (wholeMs <= 0) return null;
  const digits = decimals + 2;
  const scaled = (BigInt(partMs) * 10n ** BigInt(digits)) / BigInt(wholeMs);
  const text = scaled.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** As many decimals as the percentage of the target needs, so that a cut figure never looks like a target it misses. */
export function decimalsFor(targetRatio: number | null): number {
  if (targetRatio === null) return LEAST_DECIMALS;
  const ppm = Math.round(targetRatio * 1e6);
  return ppm % 10 === 0 ? LEAST_DECIMALS : 4;
}

/** The four shares of a figure as cut decimals. `S` is what is neither excluded nor outside the time looked at. */
export function cutFigure(figure: AvailabilityFigure) {
  const { upMs, downMs, unknownMs, targetRatio } = figure;
  const decimals = decimalsFor(targetRatio);
  const knownMs = upMs + downMs;
  const s = knownMs + unknownMs;
  return {
    ratio: cutShare(upMs, knownMs, decimals),
    coverage: cutShare(knownMs, s, decimals),
    lo: cutShare(upMs, s, decimals),
    hi: cutShare(upMs + unknownMs, s, decimals),
  };
}

const verdictRank: Record<Verdict, number> = { breached: 0, indeterminate: 1, met: 2, no_target: 3, no_data: 4 };

/** The share of the budget that is left, -1 or less when it is overspent as much again; null without a budget. */
export function budgetLeftShare({ budgetMs, budgetLeftMs }: AvailabilityFigure): number | null {
  if (budgetMs === null || budgetLeftMs === null) return null;
  if (budgetMs === 0) return budgetLeftMs < 0 ? -1 : 1;
  return budgetLeftMs / budgetMs;
}

/** Which of the two figures is looked at. */
export type Hours = 'always' | 'service';

export function figureOf(row: AvailabilityRow, hours: Hours): AvailabilityFigure | null {
  return hours === 'always' ? row.always : row.serviceHours;
}

/** Worst first: missed targets, then doubtful ones, then by what is left of the budget, then by the lower bound. */
export function worstFirst(rows: readonly AvailabilityRow[], hours: Hours): AvailabilityRow[] {
  const keyed = rows.map((row) => {
    const figure = figureOf(row, hours);
    return {
      row,
      key: [
        figure ? verdictRank[figure.verdict] : 5,
        (figure && budgetLeftShare(figure)) ?? Number.POSITIVE_INFINITY,
        figure?.lo ?? 2,
      ],
    };
  });
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((value, index) => value !== b[index]);
    return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
  };
  return keyed.sort((a, b) => compare(a.key, b.key) || a.row.name.localeCompare(b.row.name)).map(({ row }) => row);
}

/** A stretch of a ledger inside a range, for drawing and for adding up. */
export interface ClippedEntry {
  readonly entry: LedgerEntry;
  readonly fromMs: number;
  readonly toMs: number;
}

export function clipEntries(items: readonly LedgerEntry[], fromMs: number, toMs: number): ClippedEntry[] {
  return items.flatMap((entry) => {
    const clipped = { from: Math.max(fromMs, Date.parse(entry.from)), to: Math.min(toMs, Date.parse(entry.to)) };
    return clipped.to > clipped.from ? [{ entry, fromMs: clipped.from, toMs: clipped.to }] : [];
  });
}

export function partitionOf(entries: readonly ClippedEntry[]): Partition {
  const sum = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0 };
  for (const { entry, fromMs, toMs } of entries) sum[`${entry.state}Ms`] += toMs - fromMs;
  return sum;
}

type StripDay = Strip['days'][number];

/** What one mark of a strip shows: the worst that happened that day. */
export function dayState(day: StripDay): LedgerState | 'none' {
  if (day.downMs > 0) return 'down';
  if (day.unknownMs > 0) return 'unknown';
  if (day.upMs > 0) return 'up';
  return day.excludedMs > 0 ? 'excluded' : 'none';
}

export interface MarkPart {
  readonly state: LedgerState;
  readonly top: number;
  readonly height: number;
}

/** From the top down; what is worst stands on the ground line. */
const stacked = ['excluded', 'up', 'unknown', 'down'] as const;

/**
 * A day as a column of `height`: its parts in their proportion, but nothing that happened thinner than `least`, however
 * short it was; the largest part gives way. Parts fill the column exactly. Empty for a day that was not watched.
 */
export function dayMark(day: StripDay, height: number, least: number): MarkPart[] {
  const present = stacked.filter((state) => day[`${state}Ms`] > 0);
  const totalMs = present.reduce((sum, state) => sum + day[`${state}Ms`], 0);
  const heights = present.map((state) => Math.max(least, (day[`${state}Ms`] / totalMs) * height));
  const largest = heights.indexOf(Math.max(...heights));
  const others = heights.reduce((sum, each, index) => (index === largest ? sum : sum + each), 0);
  let top = 0;
  return present.map((state, index) => {
    const own = index === largest ? height - others : (heights[index] ?? 0);
    const part = { state, top, height: own };
    top += own;
    return part;
  });
}

/** All days of a strip added up. */
export function stripTotals(days: readonly StripDay[]): Partition {
  const sum = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0 };
  for (const day of days) for (const state of stacked) sum[`${state}Ms`] += day[`${state}Ms`];
  return sum;
}
