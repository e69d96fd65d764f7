import { powersOfTwo } from './bits.ts';
import { toIntegers } from './decimals.ts';
import type { Unit } from './integers.ts';
import { Scratch } from './scratch.ts';
import { plainUnit, powerOfTwo, unitBytes } from './unit.ts';
import { varintBytes } from './varints.ts';

/** Values told as (integer * divisor + offset) / 10^decimals. */
export interface Reduced {
  readonly decimals: number;
  readonly unit: Unit;
  /** As many as there are values. Good until the next call, and as long as the values stay. */
  readonly integers: Float64Array;
}

/** A larger one no signed varint can hold. */
const MAX_OFFSET = 2 ** 52 - 1;

const room = new Scratch();

/**
 * Finds small integers behind values, from which every one comes back exactly.
 * @param values the first `count`, at least one, no NaN
 * @returns null if there are none
 * @throws RangeError for an infinite value
 */
export function reduce(values: Float64Array, count: number): Reduced | null {
  const scaled = toIntegers(values, count);
  if (!scaled) return null;
  const { decimals, numbers } = scaled;
  const first = numbers[0] as number;
  let divisor = 0;
  let min = 0;
  let max = 0;
  let changes = 0;
  let previous = 0;
  for (let index = 1; index < count; index += 1) {
    const distance = (numbers[index] as number) - first;
    if (distance === previous) continue;
    changes += 1;
    previous = distance;
    if (distance < min) min = distance;
    else if (distance > max) max = distance;
    if (divisor === 1) continue;
    // Nearly always the divisor so far divides this one too. A product that is the distance is exact, as all are below 2^53.
    const quotient = distance / divisor;
    if (Math.floor(quotient) === quotient && quotient * divisor === distance) continue;
    divisor = commonDivisor(divisor, Math.abs(distance));
  }
  if (max - min > Number.MAX_SAFE_INTEGER) return null;
  if (divisor === 0 && first !== 0) divisor = powersOfTwo[powerOfTwo(first)] as number;
  // Steps that are all alike are told once, whatever they are.
  const numbersSmaller = max - min === divisor * (count - 1) ? 0 : changes;
  const unit = unitOf(first, divisor, numbersSmaller);
  if (unit.divisor === 1) return { decimals, unit, integers: numbers };
  const integers = room.of(count);
  for (let index = 0; index < count; index += 1) {
    integers[index] = ((numbers[index] as number) - unit.offset) / divisor;
  }
  return { decimals, unit, integers };
}

/** The unit by that divisor, or the plain one if it takes more bytes than it saves. */
function unitOf(first: number, divisor: number, numbersSmaller: number): Unit {
  if (divisor <= 1) return plainUnit;
  // Of the same sign as the first, so that no difference to it is larger than those between the values. Never -0.
  const unit = { divisor, offset: (first % divisor) + 0 };
  if (Math.abs(unit.offset) > MAX_OFFSET) return plainUnit;
  const shorterFirst = varintBytes(Math.abs(first)) - varintBytes(Math.floor(Math.abs(first) / divisor));
  return shorterFirst + (numbersSmaller * Math.log2(divisor)) / 8 > unitBytes(unit) ? unit : plainUnit;
}

/** Of two integers that are not negative; 0 is a multiple of everything. */
function commonDivisor(left: number, right: number): number {
  let larger = left;
  let smaller = right;
  while (smaller !== 0) {
    const rest = larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
