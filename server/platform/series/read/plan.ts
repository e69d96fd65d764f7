import type { Aggregation, Resolution } from '../series-store.ts';
import type { Grid } from './grid.ts';

/** A part of the range, half-open, and at which resolution it is read. */
export interface Stretch {
  readonly resolution: Resolution;
  readonly fromMs: number;
  readonly toMs: number;
}

/** From and up to when something is there to be read, ms. */
export interface Held {
  readonly fromMs: number;
  readonly toMs: number;
}

export const bucketMs: Readonly<Record<Exclude<Resolution, 'raw'>, number>> = { fiveMinute: 300_000, hour: 3_600_000 };
const fineToCoarse: readonly Resolution[] = ['raw', 'fiveMinute', 'hour'];
/** A bucket counts where it begins: across the edge of a step it may reach by this share of the step. */
const MUCH_FINER = 12;

/**
 * The coarsest resolution that serves the steps: its buckets divide them, or are so much finer that the edges do not matter.
 * `last` is asked for to see the very reading, which no bucket has.
 */
export function resolutionFor({ fromMs, stepMs }: Grid, aggregation: Aggregation | undefined): Resolution {
  if (aggregation === 'last') return 'raw';
  const fits = (length: number) => (stepMs % length === 0 && fromMs % length === 0) || stepMs >= length * MUCH_FINER;
  if (fits(bucketMs.hour)) return 'hour';
  return fits(bucketMs.fiveMinute) ? 'fiveMinute' : 'raw';
}

/**
 * Which part of the range is read from where, oldest first: at the wanted resolution where that is held, else at a finer one (the
 * newest hours are not rolled up yet), else at a coarser one (what is older than raw reports are kept). Parts that are held nowhere
 * are left out.
 */
export function planStretches(
  grid: Pick<Grid, 'fromMs' | 'toMs'>,
  wanted: Resolution,
  held: Readonly<Record<Resolution, Held>>,
): Stretch[] {
  const rank = fineToCoarse.indexOf(wanted);
  const preferred = [...fineToCoarse.slice(0, rank + 1).reverse(), ...fineToCoarse.slice(rank + 1)];
  const edges = fineToCoarse.flatMap((resolution) => [held[resolution].fromMs, held[resolution].toMs]);
  const inside = edges.filter((edge) => edge > grid.fromMs && edge < grid.toMs);
  const cuts = [...new Set([grid.fromMs, ...inside, grid.toMs])].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (const [index, fromMs] of cuts.slice(0, -1).entries()) {
    const toMs = cuts[index + 1] ?? fromMs;
    const resolution = preferred.find((each) => held[each].fromMs <= fromMs && toMs <= held[each].toMs);
    if (resolution === undefined) continue;
    const before = stretches.at(-1);
    if (before?.resolution === resolution && before.toMs === fromMs) {
      stretches[stretches.length - 1] = { ...before, toMs };
    } else {
      stretches.push({ resolution, fromMs, toMs });
    }
  }
  return stretches;
}

/** The coarsest of some resolutions; `raw` if there are none. */
export function coarsest(resolutions: Iterable<Resolution>): Resolution {
  let rank = 0;
  for (const resolution of resolutions) rank = Math.max(rank, fineToCoarse.indexOf(resolution));
  return fineToCoarse[rank] ?? 'raw';
}
