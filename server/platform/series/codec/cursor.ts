import { DamagedError } from '../damaged-error.ts';

/** Reads parts of a byte array that may hold anything. Throws {@link DamagedError} only, and never reads beyond the end of a part. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** Position of the next byte. */
  at = 0;
  /** Position behind the last byte of the part. */
  end: number;
  #view: DataView | null = null;

  /** Begins with all bytes as one part. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** All bytes, for reading several at once. */
  get view(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    return this.#view;
  }

  /** Goes to a part. @throws DamagedError if it does not lie inside the bytes */
  part(start: number, length: number): void {
    if (start < 0 || length < 0 || start + length > this.bytes.length) {
      throw new DamagedError('A part lies outside its block.');
    }
    this.at = start;
    this.end = start + length;
  }

  byte(): number {
    if (this.at >= this.end) throw new DamagedError('A part ends too early.');
    return this.bytes[this.at++] as number;
  }

  /** Passes over that many bytes. Returns the position of the first. */
  skip(length: number): number {
    if (length > this.end - this.at) throw new DamagedError('A part ends too early.');
    this.at += length;
    return this.at - length;
  }

  /** An unsigned LEB128 integer. */
  varint(max: number = Number.MAX_SAFE_INTEGER): number {
    let value = this.byte();
    if (value >= 0x80) {
      value &= 0x7f;
      let scale = 128;
      let byte: number;
      do {
        if (scale > 2 ** 49) throw new DamagedError('An integer is too long.');
        byte = this.byte();
        value += (byte & 0x7f) * scale;
        scale *= 128;
      } while (byte >= 0x80);
    }
    if (value > max) throw new DamagedError(`An integer exceeds ${max}.`);
    return value;
  }

  /** A signed integer, its sign in the lowest bit. */
  zigzag(): number {
    return unzigzag(this.varint());
  }

  /** Passes over that many varints. */
  skipVarints(count: number): void {
    const { bytes, end } = this;
    let { at } = this;
    for (let left = count; left > 0; at += 1) {
      if (at >= end) throw new DamagedError('A part ends too early.');
      if ((bytes[at] as number) < 0x80) left -= 1;
    }
    this.at = at;
  }

  /** @throws DamagedError if bytes are left over */
  finish(): void {
    if (this.at !== this.end) throw new DamagedError('A part is longer than its content.');
  }
}

/** Undoes {@link zigzag}. */
export function unzigzag(value: number): number {
  if (value < 0x80000000) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ... */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
