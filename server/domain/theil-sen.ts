/** A straight line through points that does not mind outliers. */
export interface Trend {
  /** Change of y for each unit of x: the median of the slopes of all pairs of points. */
  readonly slope: number;
  /** How far the slopes disagree: the distance between their quartiles. */
  readonly spread: number;
}

/** Most points that a trend is made of; their pairs are what it costs. */
export const MAX_TREND_POINTS = 72;

const slopes = new Float64Array((MAX_TREND_POINTS * (MAX_TREND_POINTS - 1)) / 2);

/**
 * The Theil-Sen estimate over the points with indexes in [from, to), of which only the last {@link MAX_TREND_POINTS} count.
 * `xs` ascends strictly. Null for fewer than two points. Up to 29 % of the points may be anything without moving it far.
 * (Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63, 1968.)
 */
export function theilSen(xs: ArrayLike<number>, ys: ArrayLike<number>, from: number, to: number): Trend | null {
  const first = Math.max(from, to - MAX_TREND_POINTS);
  let count = 0;
  for (let left = first; left < to; left += 1) {
    const [x, y] = [xs[left] ?? 0, ys[left] ?? 0];
    for (let right = left + 1; right < to; right += 1) {
      slopes[count] = ((ys[right] ?? 0) - y) / ((xs[right] ?? 0) - x);
      count += 1;
    }
  }
  if (count === 0) return null;
  const last = count - 1;
  const below = Math.floor(last / 2);
  const above = Math.ceil(last / 2);
  const median = select(0, last, below);
  const slope = above === below ? median : (median + select(above, last, above)) / 2;
  // What lies beside the median is on its side already: the quartiles are sought in the halves.
  const low = select(0, below, Math.floor(last / 4));
  const high = select(above, last, Math.ceil((last * 3) / 4));
  return { slope, spread: high - low };
}

/** The slope at `rank`, of those from `from` to `to` (inclusive), by Hoare's selection: it only swaps them. */
function select(from: number, to: number, rank: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const pivot = slopes[(low + high) >> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((slopes[left] ?? 0) < pivot) left += 1;
      while ((slopes[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const swapped = slopes[left] ?? 0;
      slopes[left] = slopes[right] ?? 0;
      slopes[right] = swapped;
      left += 1;
      right -= 1;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return slopes[rank] ?? 0;
}
