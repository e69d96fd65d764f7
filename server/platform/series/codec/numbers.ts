import { DamagedError } from '../damaged-error.ts';
import { BitReader, type BitWriter, powersOfTwo } from './bits.ts';
import type { ByteWriter } from './byte-writer.ts';
import { type Cursor, unzigzag, zigzag } from './cursor.ts';
import { addDigits, MAX_RADIX, writeDigits } from './digits.ts';
import { Scratch } from './scratch.ts';

/**
 * How integers are told by their distance from a base: their lowest bits as they are, and what is above these in one of four
 * forms ("Numbers" of FORMAT.md).
 */
export const form = { none: 0, digits: 1, rice: 2, folded: 3 } as const;
const FORM_SHIFT = 6;
const LOW_MASK = 63;
const MAX_LOW = 53;
const HAS_ESCAPES = 0x80;

export interface NumbersHead {
  readonly form: number;
  /** Lowest bits of a number that stand by themselves. */
  readonly low: number;
  /** Of the digits. If there are escapes, the largest stands for all that is no other digit. */
  readonly radix: number;
  readonly hasEscapes: boolean;
}

const distances = new Scratch();
const highs = new Scratch();

export function writeNumbersHead(writer: ByteWriter, head: NumbersHead): void {
  writer.byte((head.form << FORM_SHIFT) | head.low);
  if (head.form === form.digits) writer.byte(head.radix | (head.hasEscapes ? HAS_ESCAPES : 0));
}

/**
 * Writes the first `count` integers by the head that was planned for them: bits that go on from those before, then whole bytes.
 * @param writer the one that is behind the bits
 */
export function writeNumbers(
  writer: ByteWriter,
  bits: BitWriter,
  integers: Float64Array,
  count: number,
  base: number,
  head: NumbersHead,
): void {
  const all = distances.of(count);
  const isFolded = head.form === form.folded;
  for (let index = 0; index < count; index += 1) {
    const distance = (integers[index] as number) - base;
    all[index] = isFolded ? zigzag(distance) : distance;
  }
  bits.pack(all, count, head.low);
  const above = highs.of(count);
  const scale = powersOfTwo[head.low] as number;
  if (head.form !== form.none) {
    for (let index = 0; index < count; index += 1) above[index] = Math.floor((all[index] as number) / scale);
  }
  if (head.form === form.digits) {
    const escapes = head.hasEscapes ? readEscapes(above, count, head.radix - 1) : [];
    writeDigits(bits, above, count, head.radix);
    bits.end();
    for (const distance of escapes) writer.zigzag(distance);
  } else {
    if (head.form !== form.none) for (let index = 0; index < count; index += 1) bits.unary(above[index] as number);
    bits.end();
  }
}

/** Replaces what is no digit by the one that says so. Returns how far they are from that. */
function readEscapes(above: Float64Array, count: number, largest: number): number[] {
  const escapes: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const high = above[index] as number;
    if (high >= 0 && high < largest) continue;
    escapes.push(high - largest);
    above[index] = largest;
  }
  return escapes;
}

/** @throws DamagedError for bytes that {@link writeNumbersHead} never writes */
export function readNumbersHead(cursor: Cursor): NumbersHead {
  const byte = cursor.byte();
  const head = { form: byte >> FORM_SHIFT, low: byte & LOW_MASK, radix: 0, hasEscapes: false };
  if (head.low > MAX_LOW) throw new DamagedError('A column packs numbers that are too wide.');
  if (head.form === form.digits) {
    const digits = cursor.byte();
    head.radix = digits & MAX_RADIX;
    head.hasEscapes = digits >= HAS_ESCAPES;
    if (head.radix < 2) throw new DamagedError('A column has digits of no radix.');
  }
  return head;
}

/**
 * Reads the distances from the base into the first `count` places, to the end of the bits and what stands behind them.
 * @param bits the bits that the cursor is at, by default none of them read yet
 * @throws DamagedError if there are too few bytes
 */
export function readNumbers(
  cursor: Cursor,
  head: NumbersHead,
  integers: Float64Array,
  count: number,
  bits: BitReader = new BitReader(cursor),
): void {
  const scale = powersOfTwo[head.low] as number;
  bits.unpack(integers, count, head.low);
  if (head.form === form.digits) addDigits(bits, integers, count, head.radix, scale);
  else if (head.form !== form.none) bits.addUnary(integers, count, scale);
  bits.close(cursor);
  if (head.form === form.folded) {
    for (let index = 0; index < count; index += 1) integers[index] = unzigzag(integers[index] as number);
  }
  if (!head.hasEscapes) return;
  const largest = (head.radix - 1) * scale;
  for (let index = 0; index < count; index += 1) {
    const integer = integers[index] as number;
    if (integer >= largest) integers[index] = integer + cursor.zigzag() * scale;
  }
}
