import type { MetricDescriptor, MetricKind } from '../../../../protocol/wire/metric.ts';
import type { BucketsReader, Part } from '../block/rollup-block.ts';
import type { NumberedMetric, ReadSource } from '../read-source.ts';
import { SeriesError } from '../series-error.ts';
import type { Aggregation } from '../series-store.ts';
import { defaultAggregation, isSuited, whyUnsuited } from '../suited.ts';
import { createFold } from './create-fold.ts';
import type { Fold, MetricBuckets } from './fold.ts';
import type { Grid } from './grid.ts';
import type { Piece } from './piece.ts';

/**
 * One metric that is being folded. Over the years a name may have had several descriptors: those that differ only in their decimals
 * are one line, another unit or kind makes another line.
 */
export interface Line {
  readonly name: string;
  readonly descriptor: MetricDescriptor;
  readonly aggregation: Aggregation;
  readonly fold: Fold;
  readonly members: readonly Member[];
  /** Whether it was ever there in what was read. */
  isSeen: boolean;
}

/** A metric number of a line. */
export interface Member {
  readonly metricId: number;
  /** Its place among the numbers that are read. */
  readonly position: number;
  /** Makes its values as fine as those of the finest. */
  readonly factor: number;
}

export interface Lines {
  readonly metricIds: readonly number[];
  readonly lines: readonly Line[];
}

/**
 * Lines for metrics by their names, the newest descriptor of a name first. Names that nobody ever reported have none.
 * @throws SeriesError validation_failed for an aggregation that none of a name's descriptors has
 */
export function makeLines(
  source: Pick<ReadSource, 'metricsNamed'>,
  names: readonly string[],
  grid: Grid,
  aggregation: Aggregation | undefined,
): Lines {
  const metricIds: number[] = [];
  const lines = names.flatMap((name) => {
    const known = [...source.metricsNamed(name)].sort((a, b) => b.id - a.id);
    const groups = Map.groupBy(known, ({ descriptor }) => `${descriptor.kind} ${descriptor.unit}`);
    const suited = [...groups.values()].filter(
      ([newest]) => !newest || aggregation === undefined || isSuited(newest.descriptor.kind, aggregation),
    );
    const [newest] = known;
    if (newest && aggregation !== undefined && suited.length === 0) {
      const why = whyUnsuited(name, newest.descriptor.kind, aggregation);
      if (why !== null) throw new SeriesError('validation_failed', why);
    }
    return suited.map((group) => makeLine(name, group, grid, aggregation, metricIds));
  });
  return { metricIds, lines };
}

function makeLine(
  name: string,
  group: readonly NumberedMetric[],
  grid: Grid,
  wanted: Aggregation | undefined,
  metricIds: number[],
): Line {
  const [newest] = group;
  if (!newest) throw new RangeError('A line needs a metric.');
  const decimals = Math.max(...group.map(({ descriptor }) => descriptor.decimals));
  const aggregation = wanted ?? defaultAggregation(newest.descriptor.kind);
  const members = group.map(({ id, descriptor }) => ({
    metricId: id,
    position: metricIds.push(id) - 1,
    factor: 10 ** (decimals - descriptor.decimals),
  }));
  const fold = createFold(aggregation, grid, decimals);
  return { name, descriptor: newest.descriptor, aggregation, fold, members, isSeen: false };
}

/** Empties a line, for the next device. */
export function clearLine(line: Line): void {
  line.fold.clear();
  line.isSeen = false;
}

/** Folds what a piece holds of a line between two times. */
export function foldPiece(line: Line, { at, columns }: Piece, fromMs: number, toMs: number): void {
  let values: Float64Array | null = null;
  for (const { position, factor } of line.members) {
    const column = columns[position] ?? null;
    if (column === null) continue;
    const scaled = factor === 1 ? column : column.map((value) => value * factor);
    values = values === null ? scaled : filled(values, scaled);
  }
  if (values === null) return;
  line.isSeen = true;
  line.fold.readings({ at, values }, fromMs, toMs);
}

/** Where the descriptor changed within a piece, one column goes on where the other ends. */
function filled(values: Float64Array, more: Float64Array): Float64Array {
  return values.map((value, index) => (Number.isNaN(value) ? (more[index] as number) : value));
}

/** Folds what a row of roll-ups holds of a line between two times. @throws DamagedError */
export function foldRollUp(line: Line, row: BucketsReader, fromMs: number, toMs: number): void {
  const parts = partsOf(line.aggregation, line.descriptor.kind);
  for (const { metricId, factor } of line.members) {
    const value = row.column(metricId, parts.value);
    if (value === null) continue;
    line.isSeen = true;
    const weight = parts.weight === null ? null : row.column(metricId, parts.weight);
    const part = { bucketMs: row.bucketMs, start: row.start(), value, weight };
    line.fold.buckets(factor === 1 ? part : scaled(part, factor), fromMs, toMs);
  }
}

/** Which columns of roll-ups an aggregation reads. */
function partsOf(aggregation: Aggregation, kind: MetricKind): { readonly value: Part; readonly weight: Part | null } {
  switch (aggregation) {
    case 'mean':
      return { value: 'mean', weight: 'count' };
    case 'rate':
      return { value: 'increase', weight: 'coveredMs' };
    case 'min':
    case 'max':
      return { value: aggregation, weight: null };
    case 'p95':
      return { value: 'mean', weight: null };
    case 'last':
      return { value: kind === 'gauge' ? 'mean' : 'last', weight: null };
  }
}

function scaled(part: MetricBuckets, factor: number): MetricBuckets {
  return { ...part, value: part.value.map((value) => value * factor) };
}
