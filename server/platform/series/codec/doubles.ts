import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

/** Writes the first `count` values in eight bytes each, little endian. @throws RangeError for an infinite value */
export function writeDoubles(writer: ByteWriter, values: Float64Array, count: number): void {
  const bytes = new Uint8Array(count * 8);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) throw new RangeError(`not a finite value: ${value}`);
    view.setFloat64(index * 8, value, true);
  }
  writer.raw(bytes);
}

/** @throws DamagedError if there are too few bytes */
export function readDoubles(cursor: Cursor, values: Float64Array, count: number): void {
  const start = cursor.skip(count * 8);
  for (let index = 0; index < count; index += 1) values[index] = cursor.view.getFloat64(start + index * 8, true);
}
