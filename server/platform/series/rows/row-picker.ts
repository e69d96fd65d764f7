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

const FIRST_ROWS = 16;

/**
 * Reads the times and some metrics of the rows of one lane, and passes over all else: a row in a tenth of the time that reading
 * it whole takes. It goes on where it stopped when the lane has grown.
 */
export class RowPicker {
  readonly #metricIds: readonly number[];
  readonly #idsOf: (schema: number) => readonly number[] | undefined;
  readonly #values: Float64Array;
  readonly #isThere: Uint8Array;
  #at = new Float64Array(FIRST_ROWS);
  #sequences = new Float64Array(FIRST_ROWS);
  #columns: readonly Float64Array[];
  #count = 0;
  #places: readonly Place[] = [];
  #schema = -1;
  #bitmapBytes = 0;
  #run: Uint8Array | null = null;

  /** @param idsOf metric numbers of a schema */
  constructor(metricIds: readonly number[], idsOf: (schema: number) => readonly number[] | undefined) {
    this.#metricIds = metricIds;
    this.#idsOf = idsOf;
    this.#values = new Float64Array(metricIds.length);
    this.#isThere = new Uint8Array(metricIds.length);
    this.#columns = metricIds.map(() => new Float64Array(FIRST_ROWS).fill(Number.NaN));
  }

  /** What its rows take, about. */
  get byteLength(): number {
    return this.#at.byteLength * (2 + this.#columns.length);
  }

  /**
   * Reads rows that follow those that were read; the very first is a key row.
   * @param count rows there are
   * @returns whether all of them so far are of one run and in order; if not they must be sorted, and this is of no more use
   * @throws DamagedError
   */
  read(bytes: Uint8Array, count: number): boolean {
    this.#room(this.#count + count);
    const cursor = new Cursor(bytes);
    for (let next = 0; next < bytes.length; next = cursor.end) {
      cursor.part(next, bytes.length - next);
      const isKey = cursor.byte() === 0;
      const length = cursor.byte() + cursor.byte() * 256;
      cursor.part(cursor.at, length);
      if (!this.#readHead(cursor, isKey)) return false;
      cursor.skipVarints(CLOCKS);
      readValues(cursor, cursor.skip(this.#bitmapBytes), this.#places, this.#values);
      for (const { column } of this.#places) {
        this.#isThere[column] = 1;
        (this.#columns[column] as Float64Array)[this.#count] = this.#values[column] as number;
      }
      this.#count += 1;
    }
    return true;
  }

  /** What was read so far; later rows do not change it. */
  get picked(): PickedRows {
    const count = this.#count;
    const run = this.#run;
    const values = new Map<number, Float64Array>();
    for (const [column, id] of this.#metricIds.entries()) {
      if (this.#isThere[column]) values.set(id, (this.#columns[column] as Float64Array).subarray(0, count));
    }
    return {
      at: this.#at.subarray(0, count),
      sequence: this.#sequences.subarray(0, count),
      runId: run === null ? '' : Buffer.from(run.buffer, run.byteOffset, run.length).toString('hex'),
      values,
    };
  }

  /** Reads up to the clocks of a row. False if it does not follow the one before in run, sequence and time. */
  #readHead(cursor: Cursor, isKey: boolean): boolean {
    const before = this.#count - 1;
    let sequence = this.#sequences[before] ?? -1;
    let at = this.#at[before] ?? Number.NEGATIVE_INFINITY;
    if (isKey) {
      const start = cursor.skip(RUN_ID_BYTES);
      const run = cursor.bytes.subarray(start, start + RUN_ID_BYTES);
      if (this.#run !== null && !isSame(run, this.#run)) return false;
      // A copy: the bytes are the lane's, which moves on.
      this.#run ??= run.slice();
      cursor.skip(cursor.varint());
      this.#follow(cursor.varint());
      const [ownSequence, ownAt] = [cursor.varint(), cursor.varint()];
      if (ownAt < at || ownSequence <= sequence) return false;
      [sequence, at] = [ownSequence, ownAt];
      this.#values.fill(Number.NaN);
    } else {
      sequence += 1 + cursor.zigzag();
      const step = cursor.zigzag();
      // Of one run sequences grow: what comes again is out of order too.
      if (step < 0 || sequence <= (this.#sequences[before] ?? -1)) return false;
      at += step;
    }
    this.#sequences[this.#count] = sequence;
    this.#at[this.#count] = at;
    return true;
  }

  #follow(schema: number): void {
    if (schema === this.#schema) return;
    const ids = this.#idsOf(schema) ?? [];
    this.#schema = schema;
    this.#bitmapBytes = (ids.length + 7) >> 3;
    this.#places = placesOf(ids, this.#metricIds);
  }

  #room(rows: number): void {
    if (rows <= this.#at.length) return;
    const size = Math.max(rows, this.#at.length * 2);
    const grown = (column: Float64Array) => {
      const larger = new Float64Array(size).fill(Number.NaN);
      larger.set(column);
      return larger;
    };
    this.#at = grown(this.#at);
    this.#sequences = grown(this.#sequences);
    this.#columns = this.#columns.map(grown);
  }
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

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = 0; index < RUN_ID_BYTES; index += 1) if (left[index] !== right[index]) return false;
  return true;
}
