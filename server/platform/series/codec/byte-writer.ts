const utf8 = new TextEncoder();

/** Grows a buffer of bytes. Integers are unsigned LEB128 varints up to 2^53 - 1; signed ones are zigzagged. A cursor reads them. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
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

  /** @throws RangeError if the value is not an integer in 0..2^53-1 */
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

  /** A signed integer, its sign in the lowest bit. Range: -(2^52) .. 2^52 - 1. @throws RangeError beyond it */
  zigzag(value: number): this {
    if (!Number.isInteger(value)) throw new RangeError(`not an integer: ${value}`);
    return this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  text(value: string): this {
    return this.blob(utf8.encode(value));
  }

  blob(value: Uint8Array): this {
    return this.varint(value.length).raw(value);
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
