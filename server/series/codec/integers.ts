import type { ByteWriter } from '../../../protocol/bytes.ts';
import { DamagedError } from '../damaged-error.ts';
import { bitWidth, pack, packedBytes, unpack } from './bits.ts';
import { type Cursor, unzigzag, zigzag } from './cursor.ts';

/** How integers are laid down; the numbers stand in the head of a column. */
export const coding = { constant: 2, packed: 3, packedSteps: 4, stepsWithRuns: 5 } as const;

/** The smallest coding of some integers, and what writing it takes. */
export interface Plan {
  readonly coding: number;
  /** The smallest value or step that is packed. */
  readonly base: number;
  readonly width: number;
}

/**
 * Finds the smallest coding. Needs one pass.
 * @param integers the first is 0, no two are further apart than 2^53 - 1
 */
export function planIntegers(integers: Float64Array): Plan {
  const count = integers.length;
  let min = 0;
  let max = 0;
  let minStep = Number.POSITIVE_INFINITY;
  let maxStep = Number.NEGATIVE_INFINITY;
  let runBytes = 0;
  let zeros = 0;
  let previous = 0;
  for (let index = 1; index < count; index += 1) {
    const value = integers[index] as number;
    const step = value - previous;
    previous = value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (step < minStep) minStep = step;
    if (step > maxStep) maxStep = step;
    if (step === 0) zeros += 1;
    else {
      runBytes += zerosBytes(zeros) + varintBytes(zigzag(step) + 1);
      zeros = 0;
    }
  }
  runBytes += zerosBytes(zeros);
  if (min === max) return { coding: coding.constant, base: 0, width: 0 };
  const width = bitWidth(max - min);
  const packed = { coding: coding.packed, base: min, width };
  // Steps that a zigzag varint cannot hold come from values that only packing suits.
  if (maxStep > 2 ** 52 - 2 || minStep < -(2 ** 52) + 2) return packed;
  const stepWidth = bitWidth(maxStep - minStep);
  const plainBytes = varintBytes(-min) + packedBytes(count, width);
  const stepBytes = varintBytes(zigzag(minStep)) + packedBytes(count - 1, stepWidth);
  if (runBytes < plainBytes && runBytes < stepBytes) return { coding: coding.stepsWithRuns, base: 0, width: 0 };
  return plainBytes <= stepBytes ? packed : { coding: coding.packedSteps, base: minStep, width: stepWidth };
}

/** Writes integers by the plan that was made for them. */
export function writeIntegers(writer: ByteWriter, integers: Float64Array, plan: Plan): void {
  const count = integers.length;
  if (plan.coding === coding.packed) {
    writer.varint(-plan.base).byte(plan.width);
    pack(writer, integers, 0, count, plan.base, plan.width);
  } else if (plan.coding === coding.packedSteps) {
    const steps = new Float64Array(count - 1);
    for (let index = 1; index < count; index += 1) {
      steps[index - 1] = (integers[index] as number) - (integers[index - 1] as number);
    }
    writer.zigzag(plan.base).byte(plan.width);
    pack(writer, steps, 0, count - 1, plan.base, plan.width);
  } else if (plan.coding === coding.stepsWithRuns) writeSteps(writer, integers);
}

/**
 * Reads integers into `values`, whose length is how many there are. Each is first + integer * divisor.
 * @throws DamagedError for bytes that {@link writeIntegers} never writes
 */
export function readIntegers(cursor: Cursor, kind: number, values: Float64Array, first: number, divisor: number): void {
  const count = values.length;
  if (kind === coding.constant) values.fill(first);
  else if (kind === coding.packed) {
    const base = cursor.varint();
    unpack(cursor, values, 0, count, widthFrom(cursor));
    for (let index = 0; index < count; index += 1) values[index] = first + ((values[index] as number) - base) * divisor;
  } else if (kind === coding.packedSteps) {
    const base = cursor.zigzag();
    values[0] = first;
    unpack(cursor, values, 1, count, widthFrom(cursor));
    let value = first;
    for (let index = 1; index < count; index += 1) {
      value += ((values[index] as number) + base) * divisor;
      values[index] = value;
    }
  } else if (kind === coding.stepsWithRuns) readSteps(cursor, values, first, divisor);
  else throw new DamagedError('A column has an unknown coding.');
}

function widthFrom(cursor: Cursor): number {
  const width = cursor.byte();
  if (width > 53) throw new DamagedError('A column packs numbers that are too wide.');
  return width;
}

/** 0 for one step of zero, 1 and a length less 2 for a run of them, else the zigzagged step plus 1. */
function writeSteps(writer: ByteWriter, integers: Float64Array): void {
  let zeros = 0;
  for (let index = 1; index < integers.length; index += 1) {
    const step = (integers[index] as number) - (integers[index - 1] as number);
    if (step === 0) {
      zeros += 1;
      continue;
    }
    writeZeros(writer, zeros);
    zeros = 0;
    writer.varint(zigzag(step) + 1);
  }
  writeZeros(writer, zeros);
}

function writeZeros(writer: ByteWriter, zeros: number): void {
  if (zeros === 1) writer.byte(0);
  else if (zeros > 1) writer.byte(1).varint(zeros - 2);
}

function readSteps(cursor: Cursor, values: Float64Array, first: number, divisor: number): void {
  const count = values.length;
  let value = first;
  values[0] = first;
  for (let index = 1; index < count; ) {
    const token = cursor.varint();
    if (token === 0) values[index++] = value;
    else if (token === 1) {
      const end = index + cursor.varint(count - index) + 2;
      if (end > count) throw new DamagedError('A run is longer than its column.');
      values.fill(value, index, end);
      index = end;
    } else {
      value += unzigzag(token - 1) * divisor;
      values[index++] = value;
    }
  }
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
