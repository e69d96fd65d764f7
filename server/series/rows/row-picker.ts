import { Cursor } from '../codec/cursor.ts';

/** Some metrics of rows of one run, oldest first. */
export interface PickedRows {
  readonly at: Float64Array;
  readonly sequence: Float64Array;
  readonly runId: string;
  /** Scaled values by metric number, NaN where a report had none; a number that no schema has is left out. */
  readonly values: ReadonlyMap<number, Float64Array>;
}

/** A wanted metric in the rows of a chain. */
interface Place {
  /** Its place in the schema. */
  readonly position: number;
  /** Its place among what is wanted. */
  readonly column: number;
}

const RUN_ID_BYTES = 16;
/** What a row tells between its time and its values. */
const CLOCKS = 5;
/** How many bits of a byte are set. */
const ones = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/**
 * Reads the times and some metrics of rows of one lane, and passes over all else: a row in a tenth of the time that reading it
 * whole takes. The rows begin with a key row.
 * @param count rows there are at most
 * @param idsOf metric numbers of a schema
 * @returns those from `fromMs` to before `toMs`; null if they are not of one run and in order, so that they must be sorted
 * @throws DamagedError
 */
export function pickRows(
  bytes: Uint8Array,
  count: number,
  metricIds: readonly number[],
  idsOf: (schema: number) => readonly number[] | undefined,
  fromMs: number,
  toMs: number,
): PickedRows | null {
  const cursor = new Cursor(bytes);
  const times = new Float64Array(count);
  const sequences = new Float64Array(count);
  const columns = metricIds.map(() => new Float64Array(count).fill(Number.NaN));
  const values = new Float64Array(metricIds.length);
  const isThere = new Uint8Array(metricIds.length);
  let places: readonly Place[] = [];
  let schema = -1;
  let bitmapBytes = 0;
  let runAt = -1;
  let sequence = -1;
  let at = Number.NEGATIVE_INFINITY;
  let picked = 0;
  for (let next = 0; next < bytes.length; ) {
    cursor.part(next, bytes.length - next);
    const isKey = cursor.byte() === 0;
    const length = cursor.byte() + cursor.byte() * 256;
    cursor.part(cursor.at, length);
    next = cursor.end;
    const before = { sequence, at };
    if (isKey) {
      const run = cursor.skip(RUN_ID_BYTES);
      if (runAt >= 0 && !isSame(bytes, runAt, run)) return null;
      runAt = run;
      cursor.skip(cursor.varint());
      const own = cursor.varint();
      sequence = cursor.varint();
      at = cursor.varint();
      if (own !== schema) {
        const ids = idsOf(own) ?? [];
        schema = own;
        bitmapBytes = (ids.length + 7) >> 3;
        places = placesOf(ids, metricIds);
      }
      values.fill(Number.NaN);
    } else {
      sequence += 1 + cursor.zigzag();
      at += cursor.zigzag();
    }
    // Of one run sequences grow: what comes again is out of order too.
    if (at < before.at || sequence <= before.sequence) return null;
    if (at >= toMs) continue;
    cursor.skipVarints(CLOCKS);
    readValues(cursor, cursor.skip(bitmapBytes), places, values);
    if (at < fromMs) continue;
    times[picked] = at;
    sequences[picked] = sequence;
    for (const { column } of places) {
      isThere[column] = 1;
      (columns[column] as Float64Array)[picked] = values[column] as number;
    }
    picked += 1;
  }
  return {
    at: times.subarray(0, picked),
    sequence: sequences.subarray(0, picked),
    runId: runAt < 0 ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + runAt, RUN_ID_BYTES).toString('hex'),
    values: new Map(
      metricIds.flatMap((id, column) =>
        isThere[column] ? [[id, (columns[column] as Float64Array).subarray(0, picked)] as const] : [],
      ),
    ),
  };
}

/** Where the wanted metrics stand in a schema, in its order. */
function placesOf(ids: readonly number[], metricIds: readonly number[]): Place[] {
  return metricIds
    .map((id, column) => ({ position: ids.indexOf(id), column }))
    .filter(({ position }) => position >= 0)
    .sort((a, b) => a.position - b.position);
}

/**
 * Brings values up to date with a row. A bit a metric says which the row tells: in a key row those that are there, after none; in
 * a delta row those that changed, by how much.
 */
function readValues(cursor: Cursor, bitmap: number, places: readonly Place[], values: Float64Array): void {
  const { bytes } = cursor;
  let byteAt = 0;
  /** Bits that are set in the bytes before that, and those whose values lie behind the cursor. */
  let set = 0;
  let passed = 0;
  for (const { position, column } of places) {
    for (; byteAt < position >> 3; byteAt += 1) set += ones[bytes[bitmap + byteAt] as number] as number;
    const byte = bytes[bitmap + byteAt] as number;
    const bit = 1 << (position & 7);
    if ((byte & bit) === 0) continue;
    const rank = set + (ones[byte & (bit - 1)] as number);
    cursor.skipVarints(rank - passed);
    passed = rank + 1;
    const change = cursor.zigzag();
    const before = values[column] as number;
    values[column] = Number.isNaN(before) ? change : change === 0 ? Number.NaN : before + change;
  }
}

function isSame(bytes: Uint8Array, left: number, right: number): boolean {
  for (let index = 0; index < RUN_ID_BYTES; index += 1) if (bytes[left + index] !== bytes[right + index]) return false;
  return true;
}
