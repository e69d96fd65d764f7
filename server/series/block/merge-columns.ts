import type { Columns, RunOfReports } from '../columns.ts';

/** Where a report stands. */
interface Place {
  readonly part: number;
  readonly index: number;
  readonly at: number;
  /** Index into the runs of all. */
  readonly run: number;
  readonly sequence: number;
}

/**
 * Puts reports of one host together: oldest first, each run and sequence once, gaps where a part lacks a metric.
 * The order of the parts does not matter.
 * @param parts at least one
 */
export function mergeColumns(parts: readonly Columns[]): Columns {
  const [only] = parts;
  if (!only) throw new RangeError('no columns to merge');
  const { runs, runOf } = unionOfRuns(parts);
  const places = unique(inOrder(placesOf(parts, runOf)));
  const count = places.length;
  const at = new Float64Array(count);
  const sequence = new Float64Array(count);
  const run = new Uint16Array(count);
  const backfill = new Uint8Array(count);
  places.forEach((place, index) => {
    at[index] = place.at;
    sequence[index] = place.sequence;
    run[index] = place.run;
    backfill[index] = parts[place.part]?.backfill[place.index] as number;
  });
  const values = new Map<number, Float64Array>();
  for (const metricId of new Set(parts.flatMap((part) => [...part.values.keys()]))) {
    const columns = parts.map((part) => part.values.get(metricId));
    const merged = new Float64Array(count);
    for (let index = 0; index < count; index += 1) {
      const place = places[index] as Place;
      merged[index] = columns[place.part]?.[place.index] ?? Number.NaN;
    }
    values.set(metricId, merged);
  }
  return { at, sequence, runs, run, backfill, values, newest: newestOf(parts).newest };
}

/** The runs of all parts, sorted so that their order does not depend on that of the parts, and each part's as indices. */
function unionOfRuns(parts: readonly Columns[]): { runs: RunOfReports[]; runOf: number[][] } {
  const byId = new Map<string, RunOfReports>();
  for (const { runs } of parts) for (const run of runs) byId.set(keyOf(run), run);
  if (byId.size > 65_536) throw new RangeError(`too many runs: ${byId.size}`);
  const keys = [...byId.keys()].sort();
  const positions = new Map(keys.map((key, index) => [key, index]));
  return {
    runs: keys.map((key) => byId.get(key) as RunOfReports),
    runOf: parts.map(({ runs }) => runs.map((run) => positions.get(keyOf(run)) as number)),
  };
}

function keyOf({ runId, bootId }: RunOfReports): string {
  return `${runId} ${bootId}`;
}

function placesOf(parts: readonly Columns[], runOf: readonly number[][]): Place[] {
  return parts.flatMap(({ at, sequence, run }, part) =>
    Array.from(at, (time, index) => ({
      part,
      index,
      at: time,
      run: runOf[part]?.[run[index] as number] as number,
      sequence: sequence[index] as number,
    })),
  );
}

/** By time; of the same time by run and sequence. */
function inOrder(places: Place[]): Place[] {
  return places.sort(
    (left, right) =>
      left.at - right.at || left.run - right.run || left.sequence - right.sequence || left.part - right.part,
  );
}

/** The first report of each run and sequence. */
function unique(places: readonly Place[]): Place[] {
  const seen = new Map<number, Set<number>>();
  return places.filter(({ run, sequence }) => {
    const sequences = seen.get(run) ?? new Set();
    seen.set(run, sequences);
    if (sequences.has(sequence)) return false;
    sequences.add(sequence);
    return true;
  });
}

/** The part whose last report is the newest; of the same time, the one that was received last. */
function newestOf(parts: readonly Columns[]): Columns {
  return parts.reduce((best, part) => {
    const later = (part.at.at(-1) ?? Number.NEGATIVE_INFINITY) - (best.at.at(-1) ?? Number.NEGATIVE_INFINITY);
    return later > 0 || (later === 0 && part.newest.receivedAt > best.newest.receivedAt) ? part : best;
  });
}
