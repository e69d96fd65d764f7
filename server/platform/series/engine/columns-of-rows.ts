import { mergeColumns } from '../block/merge-columns.ts';
import type { Columns, RunOfReports } from '../columns.ts';
import type { Row } from '../rows/row.ts';

/**
 * Puts the rows of one lane side by side: oldest first, each run and sequence once.
 * @param rows at least one
 * @param only the metrics that are wanted, by default all
 */
export function columnsOfRows(
  rows: readonly Row[],
  isBackfill: boolean,
  metricIds: (schema: number) => readonly number[] | undefined,
  only?: ReadonlySet<number>,
): Columns {
  const count = rows.length;
  const at = new Float64Array(count);
  const sequence = new Float64Array(count);
  const run = new Uint16Array(count);
  const runs: RunOfReports[] = [];
  const values = new Map<number, Float64Array>();
  let schema = -1;
  let columns: (Float64Array | undefined)[] = [];
  let isInOrder = true;
  for (let index = 0; index < count; index += 1) {
    const row = rows[index] as Row;
    at[index] = row.at;
    sequence[index] = row.sequence;
    run[index] = runIndex(runs, row);
    if (row.schema !== schema) {
      schema = row.schema;
      columns = (metricIds(schema) ?? []).map((id) =>
        only && !only.has(id) ? undefined : columnFor(values, id, count),
      );
    }
    const { scaled } = row;
    for (let position = 0; position < columns.length; position += 1) {
      const value = scaled[position] as number | null;
      const column = columns[position];
      if (value !== null && column) column[index] = value;
    }
    const previous = rows[index - 1];
    // Sequences grow within a run: what comes again is out of order too.
    if (previous && (row.at < previous.at || row.runId !== previous.runId || row.sequence <= previous.sequence)) {
      isInOrder = false;
    }
  }
  const { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs } = newestOf(rows);
  const newest = { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs };
  const backfill = new Uint8Array(count).fill(isBackfill ? 1 : 0);
  const together = { at, sequence, runs, run, backfill, values, newest };
  return isInOrder ? together : mergeColumns([together]);
}

/** The newest; of the same time the one that came last. */
function newestOf(rows: readonly Row[]): Row {
  return rows.reduce((best, row) => (row.at >= best.at ? row : best));
}

function columnFor(values: Map<number, Float64Array>, id: number, count: number): Float64Array {
  let column = values.get(id);
  if (!column) {
    column = new Float64Array(count).fill(Number.NaN);
    values.set(id, column);
  }
  return column;
}

function runIndex(runs: RunOfReports[], { runId, bootId }: Row): number {
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    if (runs[index]?.runId === runId && runs[index]?.bootId === bootId) return index;
  }
  return runs.push({ runId, bootId }) - 1;
}

/** Values that are there. */
export function samplesOf(columns: Columns): number {
  let samples = 0;
  for (const column of columns.values.values()) for (const value of column) if (!Number.isNaN(value)) samples += 1;
  return samples;
}
