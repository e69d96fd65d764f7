import type { ByteWriter } from '../../../protocol/bytes.ts';
import { DamagedError } from '../damaged-error.ts';
import { bitWidth } from './bits.ts';
import { type Cursor, unzigzag, zigzag } from './cursor.ts';

/*
 * Steps one after another, for columns that seldom change: 0 is one step of zero, 1 and a number is a run of that many and two more,
 * anything else is the step, zigzagged and plus 1.
 */

/** Bytes that {@link writeRuns} will take. */
export function runsBytes(integers: Float64Array, count: number): number {
  let bytes = 0;
  let next = 1;
  for (let index = 1; index < count; index += 1) {
    const step = (integers[index] as number) - (integers[index - 1] as number);
    if (step === 0) continue;
    bytes += zerosBytes(index - next) + varintBytes(zigzag(step) + 1);
    next = index + 1;
  }
  return bytes + zerosBytes(count - next);
}

export function writeRuns(writer: ByteWriter, integers: Float64Array, count: number): void {
  let next = 1;
  for (let index = 1; index < count; index += 1) {
    const step = (integers[index] as number) - (integers[index - 1] as number);
    if (step === 0) continue;
    writeZeros(writer, index - next);
    writer.varint(zigzag(step) + 1);
    next = index + 1;
  }
  writeZeros(writer, count - next);
}

/** @throws DamagedError for bytes that {@link writeRuns} never writes */
export function readRuns(cursor: Cursor, values: Float64Array, count: number, first: number, divisor: number): void {
  let value = first;
  values[0] = first;
  for (let index = 1; index < count; ) {
    const token = cursor.varint();
    if (token === 0) values[index++] = value;
    else if (token === 1) {
      const end = index + cursor.varint(count) + 2;
      if (end > count) throw new DamagedError('A run is longer than its column.');
      values.fill(value, index, end);
      index = end;
    } else {
      value += unzigzag(token - 1) * divisor;
      values[index++] = value;
    }
  }
}

function writeZeros(writer: ByteWriter, zeros: number): void {
  if (zeros === 1) writer.byte(0);
  else if (zeros > 1) writer.byte(1).varint(zeros - 2);
}

function zerosBytes(zeros: number): number {
  return zeros < 2 ? zeros : 1 + varintBytes(zeros - 2);
}

/** Bytes that a varint takes. */
export function varintBytes(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  if (value < 2_097_152) return 3;
  return Math.ceil(bitWidth(value) / 7);
}
