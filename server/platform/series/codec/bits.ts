import { DamagedError } from '../damaged-error.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';

/** Bit operations work on 32 bits, of which up to 7 belong to others: so many can be taken at once. */
export const WORD = 24;

/** Powers of two by their exponent: to look one up takes a fraction of the time of making it. */
export const powersOfTwo: Float64Array = Float64Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** Bits that a value in 0..2^53-1 needs. */
export function bitWidth(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** Writes numbers of any width one behind the other, lowest bit first. */
export class BitWriter {
  readonly #writer: ByteWriter;
  #held = 0;
  #bits = 0;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /** The lowest `width` bits of a value, at most {@link WORD} of them. */
  put(value: number, width: number): void {
    let held = this.#held | ((value & ((1 << width) - 1)) << this.#bits);
    let bits = this.#bits + width;
    for (; bits >= 8; bits -= 8) {
      this.#writer.byte(held & 0xff);
      held >>>= 8;
    }
    this.#held = held;
    this.#bits = bits;
  }

  /** The lowest `width` bits of each of the first values. */
  pack(values: Float64Array, count: number, width: number): void {
    if (width === 0) return;
    if (width > WORD) {
      for (let index = 0; index < count; index += 1) this.#putWide(values[index] as number, width);
      return;
    }
    const writer = this.#writer;
    const mask = (1 << width) - 1;
    let held = this.#held;
    let bits = this.#bits;
    let at = writer.skip((count * width + bits) >> 3);
    for (let index = 0; index < count; index += 1) {
      held |= ((values[index] as number) & mask) << bits;
      for (bits += width; bits >= 8; bits -= 8) {
        writer.setByteAt(at++, held & 0xff);
        held >>>= 8;
      }
    }
    this.#held = held;
    this.#bits = bits;
  }

  #putWide(value: number, width: number): void {
    let above = value;
    let rest = width;
    for (; rest > WORD; rest -= WORD) {
      this.put(above, WORD);
      above = Math.floor(above / 2 ** WORD);
    }
    this.put(above, rest);
  }

  /** That many zeros, then a one. */
  unary(zeros: number): void {
    let rest = zeros;
    for (; rest >= WORD; rest -= WORD) this.put(0, WORD);
    this.put(1 << rest, rest + 1);
  }

  /** Fills the last byte with zeros. */
  end(): void {
    if (this.#bits > 0) this.#writer.byte(this.#held);
    this.#held = 0;
    this.#bits = 0;
  }
}

/** Reads what {@link BitWriter} wrote into the part of a cursor. Throws {@link DamagedError} only. */
export class BitReader {
  readonly view: DataView;
  /** Position of the last byte that is followed by three others, -1 or less if there is none. */
  readonly lastWord: number;
  /** Position of the next bit. */
  at: number;
  readonly #end: number;

  /** Begins at the next byte of the cursor, which {@link close} takes on. */
  constructor(cursor: Cursor) {
    this.view = cursor.view;
    this.lastWord = cursor.bytes.length - 4;
    this.at = cursor.at * 8;
    this.#end = cursor.end * 8;
  }

  /** Passes over that many bits. Returns the position of the first. */
  skip(bits: number): number {
    const start = this.at;
    this.at += bits;
    if (this.at > this.#end) throw new DamagedError('A part ends too early.');
    return start;
  }

  /** Undoes {@link BitWriter.pack} into the first `count` values. */
  unpack(values: Float64Array, count: number, width: number): void {
    if (width === 0) {
      values.fill(0, 0, count);
      return;
    }
    if (width > WORD) {
      for (let index = 0; index < count; index += 1) values[index] = this.#wide(width);
      return;
    }
    const { view, lastWord } = this;
    const mask = (1 << width) - 1;
    let at = this.skip(count * width);
    for (let index = 0; index < count; index += 1) {
      const byte = at >>> 3;
      const word = byte <= lastWord ? view.getInt32(byte, true) : lastBytes(view, byte);
      values[index] = (word >>> (at & 7)) & mask;
      at += width;
    }
  }

  #wide(width: number): number {
    let value = 0;
    for (let done = 0; done < width; done += WORD) {
      const part = Math.min(width - done, WORD);
      const at = this.skip(part);
      value += ((lastBytes(this.view, at >>> 3) >>> (at & 7)) & (2 ** part - 1)) * 2 ** done;
    }
    return value;
  }

  /** Adds what {@link BitWriter.unary} wrote, times the scale, to each of the first `count` values. */
  addUnary(values: Float64Array, count: number, scale: number): void {
    const { view, lastWord } = this;
    const end = this.#end;
    let at = this.at;
    for (let index = 0; index < count; index += 1) {
      let zeros = 0;
      for (;;) {
        const byte = at >>> 3;
        const word = (byte <= lastWord ? view.getInt32(byte, true) : lastBytes(view, byte)) >>> (at & 7);
        if (word !== 0) {
          const more = 31 - Math.clz32(word & -word);
          zeros += more;
          at += more + 1;
          break;
        }
        zeros += 32 - (at & 7);
        at += 32 - (at & 7);
        if (at >= end) throw new DamagedError('A part ends too early.');
      }
      values[index] = (values[index] as number) + zeros * scale;
    }
    if (at > end) throw new DamagedError('A part ends too early.');
    this.at = at;
  }

  /** Goes on with the next byte of the cursor. */
  close(cursor: Cursor): void {
    cursor.at = (this.at + 7) >>> 3;
  }
}

/** Up to four bytes from a position on, as a word; zeros behind the end. */
export function lastBytes(view: DataView, start: number): number {
  let word = 0;
  const end = Math.min(start + 4, view.byteLength);
  for (let byte = start; byte < end; byte += 1) word |= view.getUint8(byte) << (8 * (byte - start));
  return word;
}
