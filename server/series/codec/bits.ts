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

/** Packs the first `count` values less `base`, each then in 0..2^width-1, lowest bit first. */
export function pack(writer: ByteWriter, values: Float64Array, count: number, base: number, width: number): void {
  let divisor = 1;
  for (let rest = width; rest > 0; rest -= PLANE) {
    packPlane(writer, values, count, base, Math.min(rest, PLANE), width > PLANE ? divisor : 0);
    divisor *= 2 ** PLANE;
  }
}

/** @param divisor 0 where values fit one plane */
function packPlane(
  writer: ByteWriter,
  values: Float64Array,
  count: number,
  base: number,
  plane: number,
  divisor: number,
): void {
  const mask = 2 ** plane - 1;
  let at = writer.skip((count * plane + 7) >> 3);
  let held = 0;
  let bits = 0;
  for (let index = 0; index < count; index += 1) {
    const value = (values[index] as number) - base;
    const part = (divisor === 0 ? value : Math.floor(value / divisor) % 2 ** PLANE) & mask;
    held |= part << bits;
    for (bits += plane; bits >= 8; bits -= 8) {
      writer.setByteAt(at++, held & 0xff);
      held >>>= 8;
    }
  }
  if (bits > 0) writer.setByteAt(at, held);
}

/** Undoes {@link pack} into the first `count` values, without adding the base. @throws DamagedError if there are too few bytes */
export function unpack(cursor: Cursor, values: Float64Array, count: number, width: number): void {
  let factor = 1;
  for (let rest = width; rest > 0; rest -= PLANE) {
    unpackPlane(cursor, values, count, Math.min(rest, PLANE), factor);
    factor *= 2 ** PLANE;
  }
  if (width === 0) values.fill(0, 0, count);
}

function unpackPlane(cursor: Cursor, values: Float64Array, count: number, plane: number, factor: number): void {
  const start = cursor.skip((count * plane + 7) >> 3);
  const { bytes, view } = cursor;
  const mask = 2 ** plane - 1;
  const lastWord = bytes.length - 4;
  let bit = 0;
  for (let index = 0; index < count; index += 1) {
    const at = start + (bit >>> 3);
    const word = at <= lastWord ? view.getUint32(at, true) : lastBytes(bytes, at);
    const part = (word >>> (bit & 7)) & mask;
    values[index] = factor === 1 ? part : (values[index] as number) + part * factor;
    bit += plane;
  }
}

/** The word at a position where fewer than four bytes are left. */
function lastBytes(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = at; index < bytes.length; index += 1) word |= (bytes[index] as number) << (8 * (index - at));
  return word;
}
