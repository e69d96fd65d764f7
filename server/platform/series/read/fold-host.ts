import { type BucketsReader, openBuckets } from '../block/rollup-block.ts';
import { DamagedError } from '../damaged-error.ts';
import { MAX_RATE_GAP_MS } from '../rate-gap.ts';
import type { HostState, ReadSource, StoredRollUp } from '../read-source.ts';
import type { Resolution } from '../series-store.ts';
import type { Grid } from './grid.ts';
import { foldPiece, foldRollUp, type Lines } from './lines.ts';
import { bucketMs, type Held, planStretches, type Stretch } from './plan.ts';
import { rawPieces } from './raw-pieces.ts';

/** Which parts of the range are read from where, of one host. */
export function stretchesOf(source: ReadSource, host: HostState, grid: Grid, wanted: Resolution): Stretch[] {
  return planStretches(grid, wanted, heldOf(source, host));
}

function heldOf(source: ReadSource, host: HostState): Record<Resolution, Held> {
  // Where resolutions meet, a whole bucket ends.
  const whole = (atMs: number) => Math.ceil(atMs / bucketMs.hour) * bucketMs.hour;
  return {
    raw: { fromMs: whole(source.heldFrom('raw')), toMs: Number.POSITIVE_INFINITY },
    fiveMinute: { fromMs: whole(source.heldFrom('fiveMinute')), toMs: host.rolledTo },
    hour: { fromMs: Number.NEGATIVE_INFINITY, toMs: host.hoursTo },
  };
}

/** Folds what one host has in these stretches into lines. It pauses after every block that it had to read. */
export function* foldHost(
  source: ReadSource,
  { id }: HostState,
  { metricIds, lines }: Lines,
  stretches: readonly Stretch[],
): Generator<void, void, void> {
  // A counter needs the reading before the stretch.
  const leadMs = lines.some(({ aggregation }) => aggregation === 'rate') ? MAX_RATE_GAP_MS : 0;
  for (const { resolution, fromMs, toMs } of stretches) {
    if (resolution === 'raw') {
      for (const piece of rawPieces(source, id, metricIds, fromMs - leadMs, toMs)) {
        if (piece !== null) for (const line of lines) foldPiece(line, piece, fromMs, toMs);
        if (!piece?.isKept) yield;
      }
    } else {
      for (const row of source.rollUps(id, resolution, fromMs, toMs)) {
        const opened = open(source, resolution, row);
        if (opened !== null) for (const line of lines) foldRollUp(line, opened, fromMs, toMs);
        yield;
      }
    }
  }
}

function open(source: ReadSource, resolution: Resolution, { id, data }: StoredRollUp): BucketsReader | null {
  try {
    return openBuckets(data);
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
    source.damaged(resolution, id);
    return null;
  }
}
