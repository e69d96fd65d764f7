import type { ByteWriter } from '../../../protocol/bytes.ts';
import type { Cursor } from './cursor.ts';

/** Bit operations work on 32 bits: wider numbers are packed as planes of at most this many, lowest first. */
const PLANE = 24;

/** Bits that a value in 0..2^53-1 needs. */
export function bitWidth(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** Bytes that `count` values of `width` bits take. */
export function packedBytes(count: number, width: number): number {
  let bytes = 0;
  for (let rest = width; rest > 0; rest -= PLANE) bytes += (count * Math.min(rest, PLANE) + 7) >> 3;
  return bytes;
}

/** Packs `values[from..to)` less `base`, each in 0..2^width-1, lowest bit first. */
export function pack(writer: ByteWriter, values: Float64Array, from: number, to: number, base: number, width: number) {
  const packed = new Uint8Array(packedBytes(to - from, width));
  let at = 0;
  let divisor = 1;
  for (let rest = width; rest > 0; rest -= PLANE) {
    const plane = Math.min(rest, PLANE);
    const mask = 2 ** plane - 1;
    let held = 0;
    let bits = 0;
    for (let index = from; index < to; index += 1) {
      const value = (values[index] as number) - base;
      const part = (width <= PLANE ? value : Math.floor(value / divisor) % 2 ** PLANE) & mask;
      held |= part << bits;
      bits += plane;
      while (bits >= 8) {
        packed[at++] = held & 0xff;
        held >>>= 8;
        bits -= 8;
      }
    }
    if (bits > 0) packed[at++] = held;
    divisor *= 2 ** PLANE;
  }
  writer.raw(packed);
}

/** Undoes {@link pack} into `values[from..to)`, without adding the base. @throws DamagedError if there are too few bytes */
export function unpack(cursor: Cursor, values: Float64Array, from: number, to: number, width: number): void {
  let at = cursor.skip(packedBytes(to - from, width));
  const { bytes } = cursor;
  let factor = 1;
  for (let rest = width; rest > 0; rest -= PLANE) {
    const plane = Math.min(rest, PLANE);
    const mask = 2 ** plane - 1;
    let held = 0;
    let bits = 0;
    for (let index = from; index < to; index += 1) {
      while (bits < plane) {
        held |= (bytes[at++] as number) << bits;
        bits += 8;
      }
      const part = held & mask;
      held >>>= plane;
      bits -= plane;
      values[index] = factor === 1 ? part : (values[index] as number) + part * factor;
    }
    factor *= 2 ** PLANE;
  }
}
