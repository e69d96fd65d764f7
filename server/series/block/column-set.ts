import { ByteWriter } from '../../../protocol/bytes.ts';
import { readColumn, writeColumn } from '../codec/column.ts';
import type { Cursor } from '../codec/cursor.ts';

/** Writes columns behind a directory: ids ascending, each told by its distance, with the length of its bytes. */
export function writeColumnSet(writer: ByteWriter, columns: ReadonlyMap<number, Float64Array>): void {
  const bodies = new ByteWriter(columns.size * 128 + 64);
  const ids = [...columns.keys()].sort((left, right) => left - right);
  writer.varint(ids.length);
  let before = -1;
  let written = 0;
  for (const id of ids) {
    writeColumn(bodies, columns.get(id) as Float64Array);
    const end = bodies.skip(0);
    writer.varint(id - before - 1).varint(end - written);
    before = id;
    written = end;
  }
  writer.raw(bodies.finish());
}

/** Columns in bytes, read one by one. */
export interface ColumnSet {
  readonly ids: readonly number[];
  has(id: number): boolean;
  /** Null if there is no such column. @throws DamagedError */
  read(id: number, count: number): Float64Array | null;
}

/** Reads a directory whose columns fill the rest of the part. @throws DamagedError */
export function readColumnSet(cursor: Cursor): ColumnSet {
  const count = cursor.varint(cursor.end - cursor.at);
  const ids: number[] = [];
  const lengths: number[] = [];
  let id = -1;
  for (let index = 0; index < count; index += 1) {
    id += cursor.varint(2 ** 40) + 1;
    ids.push(id);
    lengths.push(cursor.varint(cursor.end - cursor.at));
  }
  const { bytes } = cursor;
  const starts: number[] = [];
  for (const length of lengths) starts.push(cursor.skip(length));
  cursor.finish();
  return {
    ids,
    has: (wanted) => find(ids, wanted) >= 0,
    read(wanted, values) {
      const index = find(ids, wanted);
      if (index < 0) return null;
      return readColumn(bytes, starts[index] as number, lengths[index] as number, values);
    },
  };
}

/** Position of a number in ascending ones, -1 if it is not there. */
function find(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ascending[middle] as number;
    if (found === wanted) return middle;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
