import { DamagedError } from '../damaged-error.ts';
import type { ByteWriter } from './byte-writer.ts';
import { Cursor } from './cursor.ts';
import { restoreDecimals } from './decimals.ts';
import { readDoubles, writeDoubles } from './doubles.ts';
import { gapForm, readGaps, withoutGaps, writeGaps } from './gaps.ts';
import { coding, readIntegers, writeIntegers } from './integers.ts';
import { planIntegers } from './plan-integers.ts';
import { reduce } from './reduce.ts';
import { Scratch } from './scratch.ts';
import { plainUnit, readUnit, writeUnit } from './unit.ts';

/** The head of a column: the coding in its lowest three bits, then what follows ("Columns" of FORMAT.md). */
const EMPTY = 0;
const DOUBLES = 1;
const GAPS_SHIFT = 3;
const IS_NEGATIVE = 0x20;
const HAS_UNIT = 0x40;
const HAS_DECIMALS = 0x80;
/** The largest power of ten that a double holds exactly. */
const MOST_DECIMALS = 22;

const room = new Scratch();

/**
 * Writes values without loss, no bytes at all if every one is 0. NaN is a gap.
 * @throws RangeError for an infinite value
 */
export function writeColumn(writer: ByteWriter, values: Float64Array): void {
  const { form, values: present, count } = withoutGaps(values);
  if (count === 0) {
    writer.byte(EMPTY);
    return;
  }
  const reduced = reduce(present, count);
  if (!reduced) {
    writer.byte(DOUBLES | (form << GAPS_SHIFT));
    writeGaps(writer, values, form);
    writeDoubles(writer, present, count);
    return;
  }
  const { decimals, unit, integers } = reduced;
  const laid = planIntegers(integers, count);
  if (laid.coding === coding.constant && laid.lead === 0 && form === gapForm.none) return;
  const head = laid.coding | (form << GAPS_SHIFT) | (laid.lead < 0 ? IS_NEGATIVE : 0);
  writer.byte(head | (unit.divisor > 1 ? HAS_UNIT : 0) | (decimals > 0 ? HAS_DECIMALS : 0));
  writeGaps(writer, values, form);
  if (decimals > 0) writer.byte(decimals);
  if (unit.divisor > 1) writeUnit(writer, unit);
  writer.varint(Math.abs(laid.lead));
  writeIntegers(writer, laid);
}

/**
 * Reads the `count` values of one column, which is exactly the given bytes. NaN is a gap.
 * @param into room for them, by default a new array
 * @throws DamagedError for bytes that {@link writeColumn} never writes; what it cannot notice only a checksum can
 */
export function readColumn(
  bytes: Uint8Array,
  start: number,
  length: number,
  count: number,
  into?: Float64Array,
): Float64Array {
  return readColumnFrom(new Cursor(bytes), start, length, count, into);
}

/** The same by a cursor that serves many columns of the same bytes. */
export function readColumnFrom(
  cursor: Cursor,
  start: number,
  length: number,
  count: number,
  into: Float64Array = new Float64Array(count),
): Float64Array {
  cursor.part(start, length);
  if (length === 0) return into.fill(0, 0, count);
  const head = cursor.byte();
  if (head === EMPTY) into.fill(Number.NaN, 0, count);
  else {
    const present = readGaps(cursor, (head >> GAPS_SHIFT) & 3, count);
    if (present) readAround(cursor, head, present, into);
    else readPresent(cursor, head, into, count);
  }
  cursor.finish();
  return into;
}

/** Reads the values and puts them around the gaps. */
function readAround(cursor: Cursor, head: number, present: Uint8Array, into: Float64Array): void {
  let count = 0;
  for (const bit of present) count += bit;
  if (count === 0 || count === present.length) throw new DamagedError('A column tells gaps that it has not.');
  const dense = room.of(count);
  readPresent(cursor, head, dense, count);
  for (let index = 0, at = 0; index < present.length; index += 1) {
    into[index] = present[index] === 1 ? (dense[at++] as number) : Number.NaN;
  }
}

function readPresent(cursor: Cursor, head: number, values: Float64Array, count: number): void {
  if (count === 0) throw new DamagedError('A column of no values has bytes.');
  const code = head & 7;
  if (code === DOUBLES) {
    readDoubles(cursor, values, count);
    return;
  }
  const decimals = head & HAS_DECIMALS ? cursor.byte() : 0;
  if (decimals > MOST_DECIMALS) throw new DamagedError('A column has too many decimals.');
  const unit = head & HAS_UNIT ? readUnit(cursor) : plainUnit;
  const size = cursor.varint();
  readIntegers(cursor, code, values, count, head & IS_NEGATIVE ? -size : size, unit);
  if (decimals > 0) restoreDecimals(values, count, decimals);
}
