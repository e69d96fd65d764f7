import { MAX_TREND_POINTS } from '../theil-sen.ts';

/** A few steps with still time between them; what fills by more steps than these within the stretch goes on. */
const MOST_STEPS = 3;
/** Levels must lie this much closer to the points than a line does. */
const CLOSER = 0.4;

const sums = new Float64Array(MAX_TREND_POINTS + 1);
const squares = new Float64Array(MAX_TREND_POINTS + 1);
/** Least sum of squares of the first points in so many levels, and where the last of these levels begins. */
const costs = new Float64Array((MOST_STEPS + 1) * (MAX_TREND_POINTS + 1));
const begins = new Int32Array((MOST_STEPS + 1) * (MAX_TREND_POINTS + 1));

/**
 * Whether the points with indexes in [from, to) are better described by at most three steps between level stretches than by a
 * line: then it grew when something was done, and stands still.
 */
export function isStaircase(xs: ArrayLike<number>, ys: ArrayLike<number>, from: number, to: number): boolean {
  const first = Math.max(from, to - MAX_TREND_POINTS);
  const line = offLine(xs, ys, first, to);
  // Rounding alone is no distance.
  return line > 1e-9 * Math.abs(ys[first] ?? 0) && offLevels(ys, first, to - first) < CLOSER * line;
}

/** How far the points are from their line of least squares, summed up. */
function offLine(xs: ArrayLike<number>, ys: ArrayLike<number>, from: number, to: number): number {
  const count = to - from;
  let [meanX, meanY] = [0, 0];
  for (let index = from; index < to; index += 1) {
    meanX += (xs[index] ?? 0) / count;
    meanY += (ys[index] ?? 0) / count;
  }
  let [sxx, sxy] = [0, 0];
  for (let index = from; index < to; index += 1) {
    const dx = (xs[index] ?? 0) - meanX;
    sxx += dx * dx;
    sxy += dx * ((ys[index] ?? 0) - meanY);
  }
  const slope = sxx === 0 ? 0 : sxy / sxx;
  let sum = 0;
  for (let index = from; index < to; index += 1) {
    sum += Math.abs((ys[index] ?? 0) - meanY - slope * ((xs[index] ?? 0) - meanX));
  }
  return sum;
}

/** How far the points are from the levels that describe them best, summed up (dynamic programming over where a level begins). */
function offLevels(ys: ArrayLike<number>, from: number, count: number): number {
  const base = ys[from] ?? 0;
  for (let index = 0; index < count; index += 1) {
    const value = (ys[from + index] ?? 0) - base;
    sums[index + 1] = (sums[index] ?? 0) + value;
    squares[index + 1] = (squares[index] ?? 0) + value * value;
  }
  const width = MAX_TREND_POINTS + 1;
  for (let end = 1; end <= count; end += 1) costs[end] = spread(0, end);
  for (let level = 1; level <= MOST_STEPS; level += 1) {
    for (let end = level + 1; end <= count; end += 1) {
      let [least, begin] = [Number.POSITIVE_INFINITY, level];
      for (let start = level; start < end; start += 1) {
        const cost = (costs[(level - 1) * width + start] ?? 0) + spread(start, end);
        if (cost < least) [least, begin] = [cost, start];
      }
      costs[level * width + end] = least;
      begins[level * width + end] = begin;
    }
  }
  let [sum, end] = [0, count];
  for (let level = Math.min(MOST_STEPS, count - 1); level >= 0; level -= 1) {
    const start = level === 0 ? 0 : (begins[level * width + end] ?? 0);
    const mean = base + ((sums[end] ?? 0) - (sums[start] ?? 0)) / (end - start);
    for (let index = start; index < end; index += 1) sum += Math.abs((ys[from + index] ?? 0) - mean);
    end = start;
  }
  return sum;
}

/** Sum of squares of the points in [start, end) around their mean. */
function spread(start: number, end: number): number {
  const sum = (sums[end] ?? 0) - (sums[start] ?? 0);
  return (squares[end] ?? 0) - (squares[start] ?? 0) - (sum * sum) / (end - start);
}
