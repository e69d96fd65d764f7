import { ProtocolError } from '../error.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Grows a buffer of bytes. Integers are unsigned LEB128 varints up to 2^53 - 1; signed ones are zigzagged. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** Leaves room for that many bytes. Returns the position of the first for {@link setByteAt}. */
  skip(length: number): number {
    this.#room(length);
    this.#length += length;
    return this.#length - length;
  }

  /** Sets a byte in a room that was left before. */
  setByteAt(position: number, value: number): void {
    this.#bytes[position] = value;
  }

  raw(value: Uint8Array): this {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** @throws RangeError if the value is not an integer in 0..2^53-1: a fault of the caller, never of the peer. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned safe integer: ${value}`);
    this.#room(8);
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    // Bit operations work on 32 bits only; above that divide.
    while (rest >= 0x80000000) {
      const above = Math.floor(rest / 128);
      bytes[at++] = (rest - above * 128) | 0x80;
      rest = above;
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#length = at;
    return this;
  }

  /** A signed integer, its sign in the lowest bit. Range: -(2^52) .. 2^52 - 1. */
  zigzag(value: number): this {
    if (!Number.isInteger(value)) throw new RangeError(`not an integer: ${value}`);
    return this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  text(value: string): this {
    const encoded = utf8.encode(value);
    return this.varint(encoded.length).raw(encoded);
  }

  blob(value: Uint8Array): this {
    return this.varint(value.length).raw(value);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what {@link ByteWriter} wrote, from bytes that may be hostile. Throws {@link ProtocolError} only. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new ProtocolError('frame_malformed', 'The frame ends too early.');
    return this.#bytes[this.#at++] as number;
  }

  /** Passes over that many bytes. Returns the position of the first for {@link byteAt}. */
  skip(length: number): number {
    if (length > this.remaining) throw new ProtocolError('frame_malformed', 'The frame ends too early.');
    this.#at += length;
    return this.#at - length;
  }

  /** A byte at a position that was read or passed over before. */
  byteAt(position: number): number {
    return this.#bytes[position] as number;
  }

  raw(length: number): Uint8Array {
    if (length > this.remaining) throw new ProtocolError('frame_malformed', 'The frame ends too early.');
    // A copy: a Node Buffer's slice() would be a view that keeps the whole message alive.
    const value = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }

  /** A part of the message itself, valid as long as that is. */
  view(length: number): Uint8Array {
    const start = this.skip(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }

  varint(max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#varint();
    if (value > max) throw new ProtocolError('frame_malformed', `An integer exceeds ${max}.`);
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    if (value < 0x80000000) return (value >>> 1) ^ -(value & 1);
    const half = Math.floor(value / 2);
    return half * 2 === value ? half : -half - 1;
  }

  /** Up to 2^56 - 1. */
  #varint(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    let scale = 128;
    for (let index = 1; index < 8; index += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        // One value has one encoding, so that equal frames are equal bytes.
        if (byte === 0) throw new ProtocolError('frame_malformed', 'An integer is padded.');
        return value;
      }
      scale *= 128;
    }
    throw new ProtocolError('frame_malformed', 'An integer is too long.');
  }

  text(maxBytes: number): string {
    const encoded = this.blob(maxBytes);
    try {
      return strictUtf8.decode(encoded);
    } catch {
      throw new ProtocolError('frame_malformed', 'A text is not UTF-8.');
    }
  }

  blob(maxBytes: number): Uint8Array {
    return this.raw(this.varint(maxBytes));
  }

  /** Ends the reading. @throws ProtocolError if bytes are left over. */
  end(): void {
    if (this.remaining > 0) throw new ProtocolError('frame_malformed', 'The frame is longer than its content.');
  }
}
