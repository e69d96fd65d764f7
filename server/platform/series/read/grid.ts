/** Steps of equal length that begin at `fromMs`; the last one may reach beyond the end of the range. */
export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly steps: number;
}

export function gridOf({ fromMs, toMs, stepMs }: Pick<Grid, 'fromMs' | 'toMs' | 'stepMs'>): Grid {
  return { fromMs, toMs, stepMs, steps: Math.ceil((toMs - fromMs) / stepMs) };
}

/** The first index whose time is not before `atMs`, in times that never fall. */
export function firstFrom(times: Float64Array, atMs: number): number {
  let low = 0;
  let high = times.length;
  // Most often all or none of them are.
  if (high === 0 || (times[0] as number) >= atMs) return 0;
  if ((times[high - 1] as number) < atMs) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
