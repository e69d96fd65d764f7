import type { ByteWriter } from '../../../protocol/bytes.ts';
import { DamagedError } from '../damaged-error.ts';
import { bitWidth, pack, packedBytes, unpack } from './bits.ts';
import { type Cursor, zigzag } from './cursor.ts';
import { readRuns, runsBytes, writeRuns } from './runs.ts';
import { Scratch } from './scratch.ts';

/** How integers are laid down; the numbers stand in the head of a column. */
export const coding = { constant: 2, values: 3, steps: 4, changes: 5, runs: 6 } as const;

/** The smallest coding of some integers. */
export interface Plan {
  readonly coding: number;
  /** The smallest number that is packed: of the values, the steps, or the steps that are not 0. */
  readonly base: number;
  readonly width: number;
}

const steps = new Scratch();

/**
 * Finds the smallest coding in one pass.
 * @param integers the first is 0; the largest and the smallest are no further apart than 2^53 - 1
 */
export function planIntegers(integers: Float64Array, count: number): Plan {
  let min = 0;
  let max = 0;
  let changes = 0;
  let smallChanges = 0;
  let minChange = Number.POSITIVE_INFINITY;
  let maxChange = Number.NEGATIVE_INFINITY;
  let previous = 0;
  for (let index = 1; index < count; index += 1) {
    const value = integers[index] as number;
    if (value === previous) continue;
    const change = value - previous;
    previous = value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (change < minChange) minChange = change;
    if (change > maxChange) maxChange = change;
    changes += 1;
    if (change < 63 && change > -64) smallChanges += 1;
  }
  if (changes === 0) return { coding: coding.constant, base: 0, width: 0 };
  const values = { coding: coding.values, base: min, width: bitWidth(max - min) };
  // Larger ones no signed varint can hold, and only packed values suit them.
  if (maxChange > 2 ** 52 - 2 || minChange < -(2 ** 52) + 2) return values;
  const isSparse = changes < count - 1;
  const minStep = isSparse ? Math.min(minChange, 0) : minChange;
  const stepWidth = bitWidth((isSparse ? Math.max(maxChange, 0) : maxChange) - minStep);
  const changeWidth = bitWidth(maxChange - minChange);
  let plan: Plan = values;
  let fewest = packedBytes(count, values.width);
  const offer = (bytes: number, code: number, base: number, width: number) => {
    if (bytes >= fewest) return;
    fewest = bytes;
    plan = { coding: code, base, width };
  };
  offer(packedBytes(count - 1, stepWidth), coding.steps, minStep, stepWidth);
  if (isSparse) offer(((count + 6) >> 3) + packedBytes(changes, changeWidth), coding.changes, minChange, changeWidth);
  // The others write a base and a width besides. Only small changes take one byte, so often there is no need to count.
  if (2 * changes - smallChanges - 2 < fewest) offer(runsBytes(integers, count) - 2, coding.runs, 0, 0);
  return plan;
}

/** Writes integers by the plan that was made for them. */
export function writeIntegers(writer: ByteWriter, integers: Float64Array, count: number, plan: Plan): void {
  if (plan.coding === coding.values) {
    writer.varint(-plan.base).byte(plan.width);
    pack(writer, integers, count, plan.base, plan.width);
  } else if (plan.coding === coding.steps) {
    const room = steps.of(count);
    for (let index = 1; index < count; index += 1) {
      room[index - 1] = (integers[index] as number) - (integers[index - 1] as number);
    }
    writer.varint(zigzag(plan.base)).byte(plan.width);
    pack(writer, room, count - 1, plan.base, plan.width);
  } else if (plan.coding === coding.changes) writeChanges(writer, integers, count, plan);
  else if (plan.coding === coding.runs) writeRuns(writer, integers, count);
}

/** A bit a step, set where it is not 0, then those that are not. */
function writeChanges(writer: ByteWriter, integers: Float64Array, count: number, plan: Plan): void {
  writer.varint(zigzag(plan.base)).byte(plan.width);
  const room = steps.of(count);
  let at = writer.skip((count + 6) >> 3);
  let changes = 0;
  let held = 0;
  for (let index = 1; index < count; index += 1) {
    const change = (integers[index] as number) - (integers[index - 1] as number);
    const bit = (index - 1) & 7;
    if (change !== 0) {
      held |= 1 << bit;
      room[changes++] = change;
    }
    if (bit === 7 || index === count - 1) {
      writer.setByteAt(at++, held);
      held = 0;
    }
  }
  pack(writer, room, changes, plan.base, plan.width);
}

/**
 * Reads the first `count` values, each first + integer * divisor.
 * @throws DamagedError for bytes that {@link writeIntegers} never writes
 */
export function readIntegers(
  cursor: Cursor,
  code: number,
  values: Float64Array,
  count: number,
  first: number,
  divisor: number,
): void {
  if (code === coding.constant) values.fill(first, 0, count);
  else if (code === coding.values) readValues(cursor, values, count, first, divisor);
  else if (code === coding.steps) readSteps(cursor, values, count, first, divisor);
  else if (code === coding.changes) readChanges(cursor, values, count, first, divisor);
  else if (code === coding.runs) readRuns(cursor, values, count, first, divisor);
  else throw new DamagedError('A column has an unknown coding.');
}

function readValues(cursor: Cursor, values: Float64Array, count: number, first: number, divisor: number): void {
  const base = cursor.varint();
  unpack(cursor, values, count, widthFrom(cursor));
  for (let index = 0; index < count; index += 1) values[index] = first + ((values[index] as number) - base) * divisor;
}

function readSteps(cursor: Cursor, values: Float64Array, count: number, first: number, divisor: number): void {
  const base = cursor.zigzag();
  const room = steps.of(count);
  unpack(cursor, room, count - 1, widthFrom(cursor));
  values[0] = first;
  let value = first;
  for (let index = 1; index < count; index += 1) {
    value += ((room[index - 1] as number) + base) * divisor;
    values[index] = value;
  }
}

function readChanges(cursor: Cursor, values: Float64Array, count: number, first: number, divisor: number): void {
  const base = cursor.zigzag();
  const width = widthFrom(cursor);
  const { bytes } = cursor;
  const start = cursor.skip((count + 6) >> 3);
  let changes = 0;
  for (let index = 0; index < count - 1; index += 1)
    changes += ((bytes[start + (index >> 3)] as number) >> (index & 7)) & 1;
  const room = steps.of(count);
  unpack(cursor, room, changes, width);
  values[0] = first;
  let value = first;
  let next = 0;
  for (let index = 1; index < count; index += 1) {
    const step = index - 1;
    if (((bytes[start + (step >> 3)] as number) >> (step & 7)) & 1)
      value += ((room[next++] as number) + base) * divisor;
    values[index] = value;
  }
}

function widthFrom(cursor: Cursor): number {
  const width = cursor.byte();
  if (width > 53) throw new DamagedError('A column packs numbers that are too wide.');
  return width;
}
