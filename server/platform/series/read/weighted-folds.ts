import { MAX_RATE_GAP_MS } from '../rate-gap.ts';
import { type Fold, type MetricBuckets, type Readings, stepsOf } from './fold.ts';
import { firstFrom, type Grid } from './grid.ts';

/** Sums over weights. Scaled values are integers, so that sums of readings are exact. */
abstract class WeightedFold implements Fold {
  protected readonly grid: Grid;
  readonly #scale: number;
  protected readonly sums: Float64Array;
  protected readonly weights: Float64Array;

  constructor(grid: Grid, scale: number) {
    this.grid = grid;
    this.#scale = scale;
    this.sums = new Float64Array(grid.steps);
    this.weights = new Float64Array(grid.steps);
  }

  abstract readings(part: Readings, fromMs: number, toMs: number): void;

  buckets({ start, value, weight, bucketMs }: MetricBuckets, fromMs: number, toMs: number): void {
    const { sums, weights, grid } = this;
    if (weight === null) return;
    // Nothing is made for each bucket: a month has thousands.
    const lastIndex = bucketMs > grid.stepMs ? start.length : firstFrom(start, toMs);
    for (let index = bucketMs > grid.stepMs ? 0 : firstFrom(start, fromMs); index < lastIndex; index += 1) {
      const given = weight[index] as number;
      if (!(given > 0)) continue;
      const sum = this.sumOf(value[index] as number, given);
      const share = this.weightOf(given);
      const startMs = start[index] as number;
      let first = Math.floor((startMs - grid.fromMs) / grid.stepMs);
      let end = first + 1;
      if (bucketMs > grid.stepMs) [first, end] = stepsOf(grid, startMs, bucketMs, fromMs, toMs);
      for (let step = first; step < end; step += 1) {
        sums[step] = (sums[step] as number) + sum;
        weights[step] = (weights[step] as number) + share;
      }
    }
  }

  /** What a bucket adds to the sums and to the weights of its steps. */
  protected abstract sumOf(value: number, weight: number): number;
  protected abstract weightOf(weight: number): number;

  values(): (number | null)[] {
    const values: (number | null)[] = [];
    for (let step = 0; step < this.grid.steps; step += 1) {
      const weight = this.weights[step] ?? 0;
      values.push(weight > 0 ? (this.sums[step] ?? 0) / weight / this.#scale : null);
    }
    return values;
  }

  clear(): void {
    this.sums.fill(0);
    this.weights.fill(0);
  }

  overall(): number | null {
    let sum = 0;
    let weight = 0;
    for (let step = 0; step < this.sums.length; step += 1) {
      sum += this.sums[step] ?? 0;
      weight += this.weights[step] ?? 0;
    }
    return weight > 0 ? sum / weight / this.#scale : null;
  }
}

export class MeanFold extends WeightedFold {
  readings({ at, values }: Readings, fromMs: number, toMs: number): void {
    const { sums, weights, grid } = this;
    const end = firstFrom(at, toMs);
    let index = firstFrom(at, fromMs);
    // Times never fall: what lies in one step is summed up before the step is touched.
    while (index < end) {
      const step = Math.floor(((at[index] as number) - grid.fromMs) / grid.stepMs);
      const endMs = grid.fromMs + (step + 1) * grid.stepMs;
      let sum = 0;
      let count = 0;
      do {
        const value = values[index] as number;
        if (!Number.isNaN(value)) {
          sum += value;
          count += 1;
        }
        index += 1;
      } while (index < end && (at[index] as number) < endMs);
      sums[step] = (sums[step] as number) + sum;
      weights[step] = (weights[step] as number) + count;
    }
  }

  protected sumOf(mean: number, count: number): number {
    return mean * count;
  }

  protected weightOf(count: number): number {
    return count;
  }
}

/**
 * Growth over the time that the growth took. A counter that fell has restarted: that pair of readings is left out, as is one
 * across a long silence. The growth counts where its later reading lies.
 */
export class RateFold extends WeightedFold {
  #previousAtMs = Number.NaN;
  #previous = 0;

  override clear(): void {
    super.clear();
    this.#previousAtMs = Number.NaN;
  }

  readings({ at, values }: Readings, fromMs: number, toMs: number): void {
    const { sums, weights, grid } = this;
    for (let index = 0; index < at.length; index += 1) {
      const atMs = at[index] as number;
      const value = values[index] as number;
      if (atMs >= toMs) return;
      if (Number.isNaN(value)) continue;
      const tookMs = atMs - this.#previousAtMs;
      const growth = value - this.#previous;
      this.#previousAtMs = atMs;
      this.#previous = value;
      // False for the very first reading, which is NaN away from nothing.
      const isKnown = tookMs > 0 && tookMs <= MAX_RATE_GAP_MS;
      if (atMs < fromMs || !isKnown || growth < 0) continue;
      const step = Math.floor((atMs - grid.fromMs) / grid.stepMs);
      sums[step] = (sums[step] as number) + growth;
      weights[step] = (weights[step] as number) + tookMs / 1000;
    }
  }

  protected sumOf(growth: number): number {
    return growth;
  }

  protected weightOf(tookMs: number): number {
    return tookMs / 1000;
  }
}
