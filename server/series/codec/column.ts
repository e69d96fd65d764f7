import type { ByteWriter } from '../../../protocol/bytes.ts';
import { DamagedError } from '../damaged-error.ts';
import { Cursor } from './cursor.ts';
import { readGaps, withoutGaps, writeGaps } from './gaps.ts';
import { planIntegers, readIntegers, writeIntegers } from './integers.ts';
import { reduce, restoreDecimals } from './reduce.ts';

/** The head of a column: the coding in its lowest bits, then what follows ("Columns" of docs/storage.md). */
const EMPTY = 0;
const DOUBLES = 1;
const GAPS_SHIFT = 3;
const IS_NEGATIVE = 0x20;
const HAS_DIVISOR = 0x40;
const HAS_DECIMALS = 0x80;

/**
 * Writes values without loss. NaN is a gap.
 * @throws RangeError for an infinite value
 */
export function writeColumn(writer: ByteWriter, values: Float64Array): void {
  const { form, values: present } = withoutGaps(values);
  if (present.length === 0) {
    writer.byte(EMPTY);
    return;
  }
  const reduced = reduce(present);
  if (!reduced) {
    writer.byte(DOUBLES | (form << GAPS_SHIFT));
    writeGaps(writer, values, form);
    writeDoubles(writer, present);
    return;
  }
  const { decimals, first, divisor, integers } = reduced;
  const plan = planIntegers(integers);
  writer.byte(
    plan.coding |
      (form << GAPS_SHIFT) |
      (first < 0 ? IS_NEGATIVE : 0) |
      (divisor > 1 ? HAS_DIVISOR : 0) |
      (decimals > 0 ? HAS_DECIMALS : 0),
  );
  writeGaps(writer, values, form);
  if (decimals > 0) writer.byte(decimals);
  writer.varint(Math.abs(first));
  if (divisor > 1) writer.varint(divisor);
  writeIntegers(writer, integers, plan);
}

/**
 * Reads the `count` values of one column, which is exactly the given bytes. NaN is a gap.
 * @throws DamagedError for bytes that {@link writeColumn} never writes; what it cannot notice only a checksum can
 */
export function readColumn(bytes: Uint8Array, start: number, length: number, count: number): Float64Array {
  const cursor = new Cursor(bytes, start, length);
  const head = cursor.byte();
  const values = new Float64Array(count);
  if (head === EMPTY) {
    values.fill(Number.NaN);
    cursor.finish();
    return values;
  }
  const present = readGaps(cursor, (head >> GAPS_SHIFT) & 3, count);
  if (!present) readPresent(cursor, head, values);
  else {
    let held = 0;
    for (const bit of present) held += bit;
    if (held === 0 || held === count) throw new DamagedError('A column tells gaps that it has not.');
    const dense = new Float64Array(held);
    readPresent(cursor, head, dense);
    for (let index = 0, at = 0; index < count; index += 1) {
      values[index] = present[index] === 1 ? (dense[at++] as number) : Number.NaN;
    }
  }
  cursor.finish();
  return values;
}

function readPresent(cursor: Cursor, head: number, values: Float64Array): void {
  const kind = head & 7;
  if (values.length === 0) throw new DamagedError('A column of no values has bytes.');
  if (kind === DOUBLES) {
    readDoubles(cursor, values);
    return;
  }
  const decimals = head & HAS_DECIMALS ? cursor.byte() : 0;
  if (decimals > 22) throw new DamagedError('A column has too many decimals.');
  const size = cursor.varint();
  const divisor = head & HAS_DIVISOR ? cursor.varint() : 1;
  readIntegers(cursor, kind, values, head & IS_NEGATIVE ? -size : size, divisor);
  if (decimals > 0) restoreDecimals(values, decimals);
}

/** Eight bytes each, little endian. */
function writeDoubles(writer: ByteWriter, values: Float64Array): void {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index += 1) view.setFloat64(index * 8, values[index] as number, true);
  writer.raw(bytes);
}

function readDoubles(cursor: Cursor, values: Float64Array): void {
  const start = cursor.skip(values.length * 8);
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + start, values.length * 8);
  for (let index = 0; index < values.length; index += 1) values[index] = view.getFloat64(index * 8, true);
}
