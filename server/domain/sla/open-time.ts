import type { Measure } from './compact-ledger.ts';

/**
 * How much of any stretch lies inside service hours: prefix sums over the open intervals, so that a stretch costs two binary
 * searches however long it is.
 */
export class OpenTime {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** Open time before each interval. */
  readonly #sums: Float64Array;

  /** `intervals`: half-open, sorted, without overlap. They are all there is: outside them it is closed. */
  constructor(intervals: readonly { readonly start: number; readonly end: number }[]) {
    this.#starts = Float64Array.from(intervals, ({ start }) => start);
    this.#ends = Float64Array.from(intervals, ({ end }) => end);
    this.#sums = new Float64Array(intervals.length);
    let sum = 0;
    intervals.forEach(({ start, end }, index) => {
      this.#sums[index] = sum;
      sum += end - start;
    });
  }

  readonly between: Measure = (from, to) => this.#before(to) - this.#before(from);

  /** The closed stretches of [from, to), sorted. */
  closed(from: number, to: number): { start: number; end: number }[] {
    const closed: { start: number; end: number }[] = [];
    let at = from;
    for (let index = 0; index < this.#starts.length && at < to; index += 1) {
      const start = Math.min(this.#starts[index] ?? 0, to);
      if (start > at) closed.push({ start: at, end: start });
      at = Math.max(at, this.#ends[index] ?? 0);
    }
    if (to > at) closed.push({ start: at, end: to });
    return closed;
  }

  #before(at: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    const last = low - 1;
    if (last < 0) return 0;
    return (this.#sums[last] ?? 0) + Math.min(at, this.#ends[last] ?? 0) - (this.#starts[last] ?? 0);
  }
}
