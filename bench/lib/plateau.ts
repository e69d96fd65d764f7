/** Whether a memory has come to rest, from readings at even distances. */
export interface Plateau {
  /** Slope of the second half, bytes an hour (Theil-Sen: the median of the slopes of all pairs, which no single collection bends). */
  readonly growthBytesPerHour: number;
  /** Median of the second half less that of the first, without the beginning, bytes. */
  readonly stepBytes: number;
  readonly isPlateau: boolean;
}

/** What is left at the beginning: caches fill and the heap finds its size. */
const BEGINNING = 1 / 6;
/** Less than this an hour cannot be told from when the collector happened to run. */
export const PLATEAU_SHARE_PER_HOUR = 0.02;

/** @param readings bytes, `stepMs` from each other, in order */
export function judgePlateau(readings: readonly number[], stepMs: number): Plateau {
  const half = readings.slice(Math.floor(readings.length / 2));
  const before = readings.slice(Math.floor(readings.length * BEGINNING), Math.floor(readings.length / 2));
  const slopes: number[] = [];
  for (const [at, value] of half.entries()) {
    for (let later = at + 1; later < half.length; later += 1) {
      slopes.push(((half[later] ?? 0) - value) / (later - at));
    }
  }
  const growthBytesPerHour = Math.round((median(slopes) / stepMs) * 3_600_000);
  return {
    growthBytesPerHour,
    stepBytes: Math.round(median(half) - median(before)),
    isPlateau: growthBytesPerHour <= PLATEAU_SHARE_PER_HOUR * median(half),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
