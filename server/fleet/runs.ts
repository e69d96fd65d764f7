/**
 * Which sequences of which agent runs are committed, the run that reported last in front. Plain data, kept as JSON; a list, because
 * an object with the runs as its keys has a shape of its own for every device, and nothing can be found in it quickly.
 */
export type DeliveredRuns = DeliveredRun[];

export interface DeliveredRun {
  readonly runId: string;
  /** Closed ranges, ascending, never touching. */
  readonly ranges: [from: number, to: number][];
  /** When the newest of its reports was measured: the oldest run is forgotten first. */
  at: number;
}

const MAX_RUNS = 64;
const MAX_RANGES = 4096;

export function isDelivered(runs: DeliveredRuns, runId: string, sequence: number): boolean {
  const ranges = find(runs, runId)?.ranges;
  const last = ranges?.at(-1);
  // What is new comes after all that was: nearly always.
  if (ranges === undefined || last === undefined || sequence > last[1]) return false;
  const range = ranges[rangeAtOrAfter(ranges, sequence)];
  return range !== undefined && range[0] <= sequence;
}

export function markDelivered(runs: DeliveredRuns, runId: string, sequence: number, at: number): void {
  const run = find(runs, runId) ?? { runId, ranges: [], at };
  if (runs[0] !== run) putInFront(runs, run);
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

function find(runs: DeliveredRuns, runId: string): DeliveredRun | undefined {
  const newest = runs[0];
  return newest?.runId === runId ? newest : findOlder(runs, runId);
}

/** By itself: a function that makes another leaves garbage at each call, also where it does not come to that. */
function findOlder(runs: DeliveredRuns, runId: string): DeliveredRun | undefined {
  return runs.find((run) => run.runId === runId);
}

function putInFront(runs: DeliveredRuns, run: DeliveredRun): void {
  const place = runs.indexOf(run);
  if (place !== -1) runs.splice(place, 1);
  runs.unshift(run);
  if (runs.length <= MAX_RUNS) return;
  const oldest = runs.reduce((a, b) => (a.at <= b.at ? a : b));
  runs.splice(runs.indexOf(oldest), 1);
}
