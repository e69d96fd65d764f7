import { type Fold, type MetricBuckets, meanOf, type Readings, stepsOf } from './fold.ts';
import type { Grid } from './grid.ts';

/** The lowest, highest or last value. From buckets, the `last` of a gauge is the mean of the last one. */
export class PickFold implements Fold {
  readonly #grid: Grid;
  readonly #scale: number;
  readonly #picks: 'last' | 'min' | 'max';
  readonly #kept: Float64Array;

  constructor(grid: Grid, scale: number, picks: 'last' | 'min' | 'max') {
    this.#grid = grid;
    this.#scale = scale;
    this.#picks = picks;
    this.#kept = new Float64Array(grid.steps).fill(Number.NaN);
  }

  readings({ at, values }: Readings, fromMs: number, toMs: number): void {
    for (let index = 0; index < at.length; index += 1) {
      const atMs = at[index] as number;
      const value = values[index] as number;
      if (atMs < fromMs || Number.isNaN(value)) continue;
      if (atMs >= toMs) return;
      this.#keep(Math.floor((atMs - this.#grid.fromMs) / this.#grid.stepMs), value);
    }
  }

  buckets(part: MetricBuckets, fromMs: number, toMs: number): void {
    for (let index = 0; index < part.start.length; index += 1) {
      const value = part.value[index] as number;
      if (Number.isNaN(value)) continue;
      const [first, end] = stepsOf(this.#grid, part.start[index] ?? 0, part.bucketMs, fromMs, toMs);
      for (let step = first; step < end; step += 1) this.#keep(step, value);
    }
  }

  #keep(step: number, value: number): void {
    const kept = this.#kept[step] as number;
    // False against NaN: the first value is always kept.
    const keepsOld = this.#picks === 'min' ? kept <= value : this.#picks === 'max' && kept >= value;
    if (!keepsOld) this.#kept[step] = value;
  }

  values(): (number | null)[] {
    return Array.from(this.#kept, (value) => (Number.isNaN(value) ? null : value / this.#scale));
  }

  clear(): void {
    this.#kept.fill(Number.NaN);
  }

  overall(): number | null {
    return meanOf(this.values());
  }
}

/**
 * The nearest-rank percentile of a step: the smallest reading that is not below the share `rank` of them. Over buckets it is that of
 * their means. Parts come oldest first, so that only one step is open at a time.
 */
export class PercentileFold implements Fold {
  readonly #grid: Grid;
  readonly #scale: number;
  readonly #rank: number;
  readonly #results: Float64Array;
  #step = -1;
  #open = new Float64Array(256);
  #length = 0;

  constructor(grid: Grid, scale: number, rank: number) {
    this.#grid = grid;
    this.#scale = scale;
    this.#rank = rank;
    this.#results = new Float64Array(grid.steps).fill(Number.NaN);
  }

  readings({ at, values }: Readings, fromMs: number, toMs: number): void {
    for (let index = 0; index < at.length; index += 1) {
      const atMs = at[index] as number;
      const value = values[index] as number;
      if (atMs < fromMs || Number.isNaN(value)) continue;
      if (atMs >= toMs) return;
      this.#add(Math.floor((atMs - this.#grid.fromMs) / this.#grid.stepMs), value);
    }
  }

  buckets(part: MetricBuckets, fromMs: number, toMs: number): void {
    for (let index = 0; index < part.start.length; index += 1) {
      const mean = part.value[index] as number;
      if (Number.isNaN(mean)) continue;
      const [first, end] = stepsOf(this.#grid, part.start[index] ?? 0, part.bucketMs, fromMs, toMs);
      for (let step = first; step < end; step += 1) this.#add(step, mean);
    }
  }

  #add(step: number, value: number): void {
    if (step !== this.#step) this.#close(step);
    if (this.#length === this.#open.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#open);
      this.#open = larger;
    }
    this.#open[this.#length++] = value;
  }

  #close(next: number): void {
    if (this.#length > 0) {
      const sorted = this.#open.subarray(0, this.#length).sort();
      this.#results[this.#step] = sorted[Math.ceil(this.#rank * this.#length) - 1] ?? Number.NaN;
    }
    this.#step = next;
    this.#length = 0;
  }

  values(): (number | null)[] {
    this.#close(-1);
    return Array.from(this.#results, (value) => (Number.isNaN(value) ? null : value / this.#scale));
  }

  clear(): void {
    this.#results.fill(Number.NaN);
    this.#step = -1;
    this.#length = 0;
  }

  overall(): number | null {
    return meanOf(this.values());
  }
}
