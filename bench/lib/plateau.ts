/** Whether a memory has come to rest, from readings at even distances. */
export interface Plateau {
  /** Slope of the lows of the second half, bytes an hour (Theil-Sen: the median of the slopes of all pairs, which no single one bends). */
  readonly growthBytesPerHour: number;
  /** The least of each twentieth of the run, bytes: what is left after a collection. */
  readonly lowsBytes: readonly number[];
  readonly isPlateau: boolean;
}

/** Between two collections a heap climbs; of so many stretches of the run each holds several. */
const STRETCHES = 20;
/** Less than this an hour cannot be told from what the collector left. */
export const PLATEAU_SHARE_PER_HOUR = 0.01;

/** @param readings bytes, `stepMs` from each other, in order; at least 40, or nothing is said to rest */
export function judgePlateau(readings: readonly number[], stepMs: number): Plateau {
  const length = Math.floor(readings.length / STRETCHES);
  const lows = Array.from({ length: length < 2 ? 0 : STRETCHES }, (_, nth) =>
    Math.min(...readings.slice(nth * length, (nth + 1) * length)),
  );
  const half = lows.slice(STRETCHES / 2);
  const slopes: number[] = [];
  for (const [at, value] of half.entries()) {
    for (let later = at + 1; later < half.length; later += 1) {
      slopes.push(((half[later] ?? 0) - value) / (later - at));
    }
  }
  const growthBytesPerHour = Math.round((median(slopes) / (stepMs * length)) * 3_600_000);
  return {
    growthBytesPerHour,
    lowsBytes: lows,
    isPlateau: growthBytesPerHour <= PLATEAU_SHARE_PER_HOUR * median(half),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
