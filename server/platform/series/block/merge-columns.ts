import type { Columns, RunOfReports } from '../columns.ts';

/** More runs than this cannot be told apart in a block. */
const MAX_RUNS = 65_536;

/** What orders reports and tells them apart: one element a report, all parts one behind the other. */
interface Keys {
  readonly at: Float64Array;
  /** Index into the runs of all. */
  readonly run: Uint16Array;
  readonly sequence: Float64Array;
  readonly backfill: Uint8Array;
}

/**
 * Puts reports of one host together: oldest first, each run and sequence once (the oldest), gaps where a part lacks a metric.
 * The order of the parts does not matter, nor that of the reports in them.
 * @param parts at least one
 * @throws RangeError for more than 65,536 runs
 */
export function mergeColumns(parts: readonly Columns[]): Columns {
  if (parts.length === 0) throw new RangeError('no columns to merge');
  const inTime = [...parts].sort((left, right) => (left.at[0] ?? 0) - (right.at[0] ?? 0));
  const { runs, runOf } = unionOfRuns(inTime);
  const all: Keys = {
    at: joined(inTime.map(({ at }) => at)),
    run: Uint16Array.from(inTime.flatMap(({ run }, part) => Array.from(run, (own) => runOf[part]?.[own] as number))),
    sequence: joined(inTime.map(({ sequence }) => sequence)),
    backfill: Uint8Array.from(inTime.flatMap(({ backfill }) => [...backfill])),
  };
  const order = orderOf(all);
  const pick = (values: Float64Array) =>
    order ? Float64Array.from(order, (place) => values[place] as number) : values;
  const values = new Map<number, Float64Array>();
  for (const metricId of new Set(inTime.flatMap((part) => [...part.values.keys()]))) {
    values.set(metricId, pick(columnOf(inTime, metricId, all.at.length)));
  }
  return {
    at: pick(all.at),
    sequence: pick(all.sequence),
    runs,
    run: order ? Uint16Array.from(order, (place) => all.run[place] as number) : all.run,
    backfill: order ? Uint8Array.from(order, (place) => all.backfill[place] as number) : all.backfill,
    values,
    newest: newestOf(inTime).newest,
  };
}

/** The runs of all parts in an order that does not depend on that of the parts, and those of each part as indices into them. */
function unionOfRuns(parts: readonly Columns[]): { runs: RunOfReports[]; runOf: number[][] } {
  const keyOf = ({ runId, bootId }: RunOfReports) => `${runId} ${bootId}`;
  const byKey = new Map(parts.flatMap(({ runs }) => runs.map((run) => [keyOf(run), run] as const)));
  if (byKey.size > MAX_RUNS) throw new RangeError(`too many runs: ${byKey.size}`);
  const sorted = [...byKey].sort(([left], [right]) => (left < right ? -1 : 1));
  const positions = new Map(sorted.map(([key], index) => [key, index]));
  return {
    runs: sorted.map(([, run]) => run),
    runOf: parts.map(({ runs }) => runs.map((run) => positions.get(keyOf(run)) as number)),
  };
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function columnOf(parts: readonly Columns[], metricId: number, count: number): Float64Array {
  const all = new Float64Array(count).fill(Number.NaN);
  let at = 0;
  for (const part of parts) {
    const values = part.values.get(metricId);
    if (values) all.set(values, at);
    at += part.at.length;
  }
  return all;
}

/** The places of the reports, oldest first and each once; null if they lie so already, as blocks that follow one another do. */
function orderOf(keys: Keys): Uint32Array | null {
  const { at, run, sequence, backfill } = keys;
  const compare = (left: number, right: number) =>
    (at[left] as number) - (at[right] as number) ||
    (run[left] as number) - (run[right] as number) ||
    (sequence[left] as number) - (sequence[right] as number) ||
    (backfill[left] as number) - (backfill[right] as number);
  const newest = new Map<number, number>();
  let isSimple = true;
  for (let place = 0; place < at.length && isSimple; place += 1) {
    const own = run[place] as number;
    // Sequences that grow in each run are told apart without remembering them all.
    isSimple = (place === 0 || compare(place - 1, place) < 0) && (sequence[place] as number) > (newest.get(own) ?? -1);
    newest.set(own, sequence[place] as number);
  }
  if (isSimple) return null;
  const seen = new Map<number, Set<number>>();
  return Uint32Array.from(at, (_, place) => place)
    .sort(compare)
    .filter((place) => {
      const own = run[place] as number;
      const sequences = seen.get(own) ?? new Set<number>();
      seen.set(own, sequences);
      const { size } = sequences;
      return sequences.add(sequence[place] as number).size > size;
    });
}

/** The part whose last report is the newest; of the same time, the one that was received last. */
function newestOf(parts: readonly Columns[]): Columns {
  return parts.reduce((best, part) => {
    const later = (part.at.at(-1) ?? Number.NEGATIVE_INFINITY) - (best.at.at(-1) ?? Number.NEGATIVE_INFINITY);
    return later > 0 || (later === 0 && part.newest.receivedAt > best.newest.receivedAt) ? part : best;
  });
}
