/** The integers, texts and bits of server/platform/series/FORMAT.md, read in the plainest way. It shares no code with the package. */
export class Bytes {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('read behind the end');
    return byte;
  }

  take(length: number): Uint8Array {
    const part = this.#bytes.slice(this.at, this.at + length);
    if (part.length !== length) throw new RangeError('read behind the end');
    this.at += length;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.at);
  }

  /** In 64 bits and more, so that no large integer is cut. */
  big(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  varint(): number {
    return Number(this.big());
  }

  zigzag(): number {
    const told = this.big();
    return Number(told % 2n === 0n ? told / 2n : -(told + 1n) / 2n);
  }

  text(): string {
    return Buffer.from(this.take(this.varint())).toString('utf8');
  }

  hex(length: number): string {
    return Buffer.from(this.take(length)).toString('hex');
  }

  double(): number {
    return Buffer.from(this.take(8)).readDoubleLE();
  }
}

/** Bits from the lowest of each byte on, also across bytes. */
export class Bits {
  readonly #bytes: Bytes;
  #byte = 0;
  #left = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  one(): number {
    if (this.#left === 0) {
      this.#byte = this.#bytes.byte();
      this.#left = 8;
    }
    const bit = this.#byte & 1;
    this.#byte >>= 1;
    this.#left -= 1;
    return bit;
  }

  number(width: number): number {
    let value = 0;
    for (let index = 0; index < width; index += 1) value += this.one() * 2 ** index;
    return value;
  }

  zerosBeforeOne(): number {
    let zeros = 0;
    while (this.one() === 0) zeros += 1;
    return zeros;
  }
}
