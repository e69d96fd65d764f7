import { DamagedError } from '../damaged-error.ts';
import { BitReader, BitWriter, WORD } from './bits.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { type NumbersHead, readNumbers, readNumbersHead, writeNumbers, writeNumbersHead } from './numbers.ts';
import { Scratch } from './scratch.ts';

/** How integers are laid down; the numbers stand in the head of a column. */
export const coding = { constant: 2, values: 3, steps: 4, changes: 5, levels: 6 } as const;

/** Where integers differ from the one before. */
export interface Places {
  readonly count: number;
  /** How many stay the same before each change. */
  readonly gaps: Float64Array;
  /** Lowest bits of a gap that stand by themselves, by Rice's code. */
  readonly low: number;
}

/** How integers are laid down. */
export interface Laid {
  readonly coding: number;
  /** What is added to the values, or else the first integer. It stands in front. */
  readonly lead: number;
  /** What is told as numbers: all integers, steps, changes, or where changes lead to. */
  readonly told: { readonly integers: Float64Array; readonly count: number; readonly base: number };
  readonly numbers: NumbersHead;
  /** Of changes and levels. */
  readonly places: Places | null;
}

/** Multiples that values are of: each is integer * divisor + offset. */
export interface Unit {
  readonly divisor: number;
  readonly offset: number;
}

const gapRoom = new Scratch();
const numberRoom = new Scratch();

/** Writes what stands behind the lead. */
export function writeIntegers(writer: ByteWriter, laid: Laid): void {
  const { told, numbers, places } = laid;
  if (laid.coding === coding.constant) return;
  if (places) writer.varint(places.count).byte(places.low);
  if (laid.coding !== coding.values) writer.zigzag(told.base);
  writeNumbersHead(writer, numbers);
  const bits = new BitWriter(writer);
  if (places) {
    bits.pack(places.gaps, places.count, places.low);
    for (let index = 0; index < places.count; index += 1) bits.unary((places.gaps[index] as number) >>> places.low);
  }
  writeNumbers(writer, bits, told.integers, told.count, told.base, numbers);
}

/**
 * Reads the first `count` values.
 * @throws DamagedError for bytes that {@link writeIntegers} never writes
 */
export function readIntegers(
  cursor: Cursor,
  code: number,
  values: Float64Array,
  count: number,
  lead: number,
  unit: Unit,
): void {
  const first = lead * unit.divisor + unit.offset;
  if (code === coding.constant) values.fill(first, 0, count);
  else if (code === coding.values) readValues(cursor, values, count, first, unit.divisor);
  else if (code === coding.steps) readSteps(cursor, values, count, first, unit.divisor);
  else if (code === coding.changes) readChanges(cursor, values, count, first, unit.divisor, false);
  else if (code === coding.levels) readChanges(cursor, values, count, first, unit.divisor, true);
  else throw new DamagedError('A column has an unknown coding.');
}

function readValues(cursor: Cursor, values: Float64Array, count: number, least: number, divisor: number): void {
  readNumbers(cursor, readNumbersHead(cursor), values, count);
  for (let index = 0; index < count; index += 1) values[index] = (values[index] as number) * divisor + least;
}

function readSteps(cursor: Cursor, values: Float64Array, count: number, first: number, divisor: number): void {
  const base = cursor.zigzag();
  const steps = numberRoom.of(count);
  readNumbers(cursor, readNumbersHead(cursor), steps, count - 1);
  values[0] = first;
  let value = first;
  for (let index = 1; index < count; index += 1) {
    value += ((steps[index - 1] as number) + base) * divisor;
    values[index] = value;
  }
}

/** @param isLevel whether a number tells where a change leads to, as seen from the first value, and not how far it goes */
function readChanges(
  cursor: Cursor,
  values: Float64Array,
  count: number,
  first: number,
  divisor: number,
  isLevel: boolean,
): void {
  const changes = cursor.varint(count - 1);
  const low = cursor.byte();
  if (low > WORD) throw new DamagedError('A column packs gaps that are too wide.');
  const base = cursor.zigzag();
  const head = readNumbersHead(cursor);
  const bits = new BitReader(cursor);
  const gaps = gapRoom.of(changes);
  bits.unpack(gaps, changes, low);
  bits.addUnary(gaps, changes, 1 << low);
  const numbers = numberRoom.of(changes);
  readNumbers(cursor, head, numbers, changes, bits);
  let at = 0;
  let value = first;
  for (let index = 0; index < changes; index += 1) {
    const place = at + (gaps[index] as number) + 1;
    if (place >= count) throw new DamagedError('A column changes behind its end.');
    for (; at < place; at += 1) values[at] = value;
    value = (isLevel ? first : value) + ((numbers[index] as number) + base) * divisor;
  }
  for (; at < count; at += 1) values[at] = value;
}
