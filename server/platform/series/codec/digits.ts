import { type BitReader, type BitWriter, bitWidth, lastBytes, WORD } from './bits.ts';

/*
 * Digits of any radix, several to a word: five of radix 3 take 8 bits, where one alone takes 2. A word holds as many as make the bits
 * of one the fewest; the last holds the rest.
 */

/** Digits are told in one byte beside a flag. */
export const MAX_RADIX = 127;

interface Word {
  readonly digits: number;
  readonly bits: number;
  /** Bits of a word of fewer digits, by their number. */
  readonly bitsOf: readonly number[];
}

/** How a word looks, by the radix. */
const words: readonly Word[] = Array.from({ length: MAX_RADIX + 1 }, (_, radix) => wordOf(Math.max(radix, 2)));

function wordOf(radix: number): Word {
  const bitsOf = [0];
  let digits = 1;
  for (let power = radix; power <= 2 ** WORD; power *= radix) {
    const count = bitsOf.push(bitWidth(power - 1)) - 1;
    if ((bitsOf[count] as number) * digits < (bitsOf[digits] as number) * count) digits = count;
  }
  return { digits, bits: bitsOf[digits] as number, bitsOf };
}

/** Bits that so many digits take. */
export function digitBits(count: number, radix: number): number {
  const { digits, bits, bitsOf } = words[radix] as Word;
  return Math.floor(count / digits) * bits + (bitsOf[count % digits] as number);
}

/** @param digits the first `count`, each in 0..radix-1 */
export function writeDigits(bits: BitWriter, digits: Float64Array, count: number, radix: number): void {
  const word = words[radix] as Word;
  for (let start = 0; start < count; start += word.digits) {
    const held = Math.min(word.digits, count - start);
    let value = 0;
    for (let index = start + held - 1; index >= start; index -= 1) value = value * radix + (digits[index] as number);
    bits.put(value, word.bitsOf[held] as number);
  }
}

/** Adds each digit times the scale to the first `count` values. @throws DamagedError if there are too few bits */
export function addDigits(bits: BitReader, values: Float64Array, count: number, radix: number, scale: number): void {
  const { digits, bits: width, bitsOf } = words[radix] as Word;
  const { view, lastWord } = bits;
  let at = bits.skip(digitBits(count, radix));
  let mask = (1 << width) - 1;
  // Halves away from an integer, a product is as good as a quotient and takes a fraction of its time.
  const inverse = 1 / radix;
  for (let start = 0; start < count; start += digits) {
    let end = start + digits;
    if (end > count) {
      end = count;
      mask = (1 << (bitsOf[end - start] as number)) - 1;
    }
    const byte = at >>> 3;
    let rest = ((byte <= lastWord ? view.getInt32(byte, true) : lastBytes(view, byte)) >>> (at & 7)) & mask;
    at += width;
    for (let index = start; index < end; index += 1) {
      const quotient = ((rest + 0.5) * inverse) | 0;
      values[index] = (values[index] as number) + (rest - quotient * radix) * scale;
      rest = quotient;
    }
  }
}
