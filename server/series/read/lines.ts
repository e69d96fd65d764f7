import { VigiaError } from '../../../protocol/error.ts';
import type { MetricDescriptor, MetricKind } from '../../../protocol/metric.ts';
import type { NumberedMetric, ReadSource } from '../read-source.ts';
import type { Aggregation } from '../series-store.ts';
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
  /** Of the values that are folded: the most that the name ever had. */
  readonly decimals: number;
  /** Positions among the metric numbers that are read, and what makes their values as fine as those of the finest. */
  readonly members: readonly { readonly position: number; readonly factor: number }[];
  /** Whether it was ever there in what was read. */
  isSeen: boolean;
}

export interface Lines {
  readonly metricIds: readonly number[];
  readonly lines: readonly Line[];
}

const ofGauges: readonly Aggregation[] = ['mean', 'min', 'max', 'p95', 'last'];
const ofCounters: readonly Aggregation[] = ['rate', 'last'];

export function defaultAggregation(kind: MetricKind): Aggregation {
  return kind === 'gauge' ? 'mean' : 'rate';
}

/** @throws VigiaError validation_failed for an aggregation that a metric of this kind does not have */
export function requireSuited(name: string, kind: MetricKind, aggregation: Aggregation): void {
  if (suits(kind, aggregation)) return;
  const sentence =
    kind === 'gauge'
      ? `"${name}" goes up and down, so it has no rate. Ask for ${ofGauges.slice(0, -1).join(', ')} or last.`
      : `"${name}" is a counter, which only grows. Ask for its rate, or for the last reading.`;
  throw new VigiaError('validation_failed', sentence, { metric: name, aggregation });
}

function suits(kind: MetricKind, aggregation: Aggregation): boolean {
  return (kind === 'gauge' ? ofGauges : ofCounters).includes(aggregation);
}

/**
 * Lines for metrics by their names, the newest descriptor of a name first. Names that nobody ever reported have none.
 * @throws VigiaError validation_failed for an aggregation that none of a name's descriptors has
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
      ([newest]) => !newest || aggregation === undefined || suits(newest.descriptor.kind, aggregation),
    );
    const [newest] = known;
    if (newest && aggregation !== undefined && suited.length === 0) {
      requireSuited(name, newest.descriptor.kind, aggregation);
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
    position: metricIds.push(id) - 1,
    factor: 10 ** (decimals - descriptor.decimals),
  }));
  const fold = createFold(aggregation, grid, decimals);
  return { name, descriptor: newest.descriptor, aggregation, fold, decimals, members, isSeen: false };
}

/** The same lines with nothing in them, for the next device. */
export function freshLines({ metricIds, lines }: Lines, grid: Grid): Lines {
  return {
    metricIds,
    lines: lines.map((line) => ({
      ...line,
      fold: createFold(line.aggregation, grid, line.decimals),
      isSeen: false,
    })),
  };
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

/** Folds roll-ups of a line's metrics, given in the order in which metrics were asked for. */
export function foldBuckets(line: Line, parts: readonly (MetricBuckets | null)[], fromMs: number, toMs: number): void {
  for (const { position, factor } of line.members) {
    const part = parts[position] ?? null;
    if (part === null) continue;
    line.isSeen = true;
    line.fold.buckets(factor === 1 ? part : scaled(part, factor), fromMs, toMs);
  }
}

function scaled({ bucketMs, start, gauge, counter }: MetricBuckets, factor: number): MetricBuckets {
  const times = (values: Float64Array) => values.map((value) => value * factor);
  return {
    bucketMs,
    start,
    gauge: gauge && { count: gauge.count, min: times(gauge.min), max: times(gauge.max), mean: times(gauge.mean) },
    counter: counter && {
      coveredMs: counter.coveredMs,
      increase: times(counter.increase),
      last: times(counter.last),
    },
  };
}
