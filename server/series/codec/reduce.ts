import { toIntegers } from './decimals.ts';
import { Scratch } from './scratch.ts';

/** Values told as (first + integer * divisor) / 10^decimals. */
export interface Reduced {
  readonly decimals: number;
  readonly first: number;
  readonly divisor: number;
  /** As many as there are values, and room behind them; the first is 0. Good until the next call. */
  readonly integers: Float64Array;
}

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
  const integers = room.of(count);
  integers[0] = 0;
  let divisor = 0;
  let min = 0;
  let max = 0;
  for (let index = 1; index < count; index += 1) {
    const distance = (numbers[index] as number) - first;
    if (distance < min) min = distance;
    else if (distance > max) max = distance;
    if (divisor === 1 || distance === 0) {
      integers[index] = distance;
      continue;
    }
    // Nearly always the divisor so far divides this one too. A product that is the distance is exact, as all are below 2^53.
    const quotient = distance / divisor;
    if (Math.floor(quotient) === quotient && quotient * divisor === distance) {
      integers[index] = quotient;
      continue;
    }
    const smaller = commonDivisor(divisor, Math.abs(distance));
    for (let before = 1; before < index; before += 1)
      integers[before] = (integers[before] as number) * (divisor / smaller);
    divisor = smaller;
    integers[index] = distance / divisor;
  }
  if (max - min > Number.MAX_SAFE_INTEGER) return null;
  return { decimals, first, divisor: Math.max(divisor, 1), integers };
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
