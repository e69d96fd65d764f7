/** Which sequences of which agent runs are committed. Plain data, kept as JSON. */
export type DeliveredRuns = Record<string, DeliveredRun>;

interface DeliveredRun {
  /** Closed ranges, ascending, never touching. */
  readonly ranges: [from: number, to: number][];
  /** When the newest of its reports was measured: the oldest run is forgotten first. */
  at: number;
}

const MAX_RUNS = 64;
const MAX_RANGES = 4096;

export function isDelivered(runs: DeliveredRuns, runId: string, sequence: number): boolean {
  const ranges = runs[runId]?.ranges;
  const last = ranges?.at(-1);
  // What is new comes after all that was: nearly always.
  if (ranges === undefined || last === undefined || sequence > last[1]) return false;
  const range = ranges[rangeAtOrAfter(ranges, sequence)];
  return range !== undefined && range[0] <= sequence;
}

export function markDelivered(runs: DeliveredRuns, runId: string, sequence: number, at: number): void {
  const known = runs[runId];
  const run = known ?? { ranges: [], at };
  if (!known) {
    runs[runId] = run;
    forgetOldest(runs);
  }
  run.at = Math.max(run.at, at);
  const last = run.ranges.at(-1);
  if (last !== undefined && sequence === last[1] + 1) last[1] = sequence;
  else addToRanges(run.ranges, sequence, sequence);
}

/** Adds a closed range to ascending ranges, in place, joining those it touches. */
export function addToRanges(ranges: [number, number][], from: number, to: number): void {
  const start = rangeAtOrAfter(ranges, from - 1);
  let end = start;
  let low = from;
  let high = to;
  for (let range = ranges[end]; range !== undefined && range[0] <= high + 1; range = ranges[end]) {
    low = Math.min(low, range[0]);
    high = Math.max(high, range[1]);
    end += 1;
  }
  ranges.splice(start, end - start, [low, high]);
  // A peer that leaves a hole after every report must not grow this for ever: the two oldest ranges become one.
  if (ranges.length > MAX_RANGES) ranges.splice(0, 2, [ranges[0]?.[0] ?? low, ranges[1]?.[1] ?? high]);
}

/** Index of the first range that ends at or after `sequence`. */
function rangeAtOrAfter(ranges: readonly (readonly [number, number])[], sequence: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.[1] ?? 0) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function forgetOldest(runs: DeliveredRuns): void {
  const ids = Object.keys(runs);
  if (ids.length <= MAX_RUNS) return;
  const oldest = ids.reduce((a, b) => ((runs[a]?.at ?? 0) <= (runs[b]?.at ?? 0) ? a : b));
  delete runs[oldest];
}
