import { ByteWriter } from '../codec/byte-writer.ts';
import { readColumnFrom, writeColumn } from '../codec/column.ts';
import type { Cursor } from '../codec/cursor.ts';

/** Largest number that an id may be away from the one before. */
const MAX_DISTANCE = 2 ** 40;

/** Writes columns behind a directory: spans of ids that follow one another, ascending, then the length of each column's bytes. */
export function writeColumnSet(writer: ByteWriter, columns: ReadonlyMap<number, Float64Array>): void {
  const ids = [...columns.keys()].sort((left, right) => left - right);
  const spans = spansOf(ids);
  writer.varint(spans.length);
  let end = 0;
  for (const { first, count } of spans) {
    writer.varint(first - end).varint(count);
    end = first + count;
  }
  const bodies = new ByteWriter(columns.size * 128 + 64);
  let written = 0;
  for (const id of ids) {
    writeColumn(bodies, columns.get(id) as Float64Array);
    const length = bodies.skip(0) - written;
    writer.varint(length);
    written += length;
  }
  writer.raw(bodies.finish());
}

function spansOf(ids: readonly number[]): { first: number; count: number }[] {
  const spans: { first: number; count: number }[] = [];
  for (const id of ids) {
    const span = spans.at(-1);
    if (span && span.first + span.count === id) span.count += 1;
    else spans.push({ first: id, count: 1 });
  }
  return spans;
}

/** Columns of equal length in bytes, read one by one. */
export class ColumnSet {
  /** Ascending. */
  readonly ids: readonly number[];
  readonly #starts: readonly number[];
  readonly #end: number;
  readonly #cursor: Cursor;
  /** Values of a column. */
  readonly #count: number;

  /** Reads a directory whose columns fill the rest of the part. @throws DamagedError */
  constructor(cursor: Cursor, count: number) {
    const ids: number[] = [];
    let id = 0;
    for (let spans = cursor.varint(cursor.end - cursor.at); spans > 0; spans -= 1) {
      id += cursor.varint(MAX_DISTANCE);
      // Each column has a length behind the spans, so there are no more than bytes.
      for (let left = cursor.varint(cursor.end - cursor.at - ids.length); left > 0; left -= 1) ids.push(id++);
    }
    const starts: number[] = [];
    let start = 0;
    while (starts.length < ids.length) {
      starts.push(start);
      start += cursor.varint(cursor.end);
    }
    const first = cursor.skip(start);
    cursor.finish();
    for (let index = 0; index < ids.length; index += 1) starts[index] = first + (starts[index] as number);
    this.ids = ids;
    this.#starts = starts;
    this.#end = first + start;
    this.#cursor = cursor;
    this.#count = count;
  }

  has(id: number): boolean {
    return this.#find(id) >= 0;
  }

  /** The values of a column, in the array given or a new one; null if there is no such column. @throws DamagedError */
  read(id: number, into?: Float64Array): Float64Array | null {
    const index = this.#find(id);
    if (index < 0) return null;
    const start = this.#starts[index] as number;
    const end = this.#starts[index + 1] ?? this.#end;
    return readColumnFrom(this.#cursor, start, end - start, this.#count, into);
  }

  /** Position of an id, -1 if it is not there. */
  #find(wanted: number): number {
    let low = 0;
    let high = this.ids.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.ids[middle] as number;
      if (found === wanted) return middle;
      if (found < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
