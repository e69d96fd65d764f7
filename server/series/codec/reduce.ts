/** Values told as first + integer * divisor, after a multiplication by 10^decimals. */
export interface Reduced {
  readonly decimals: number;
  readonly first: number;
  readonly divisor: number;
  /** As many as there are values; the first is 0. */
  readonly integers: Float64Array;
}

/** Decimal places that are looked for. */
const MAX_DECIMALS = 12;

/**
 * Finds small integers behind values, so that {@link restore} gives back every one exactly.
 * @param values at least one, no NaN
 * @returns null if there are none
 * @throws RangeError for an infinite value
 */
export function reduce(values: Float64Array): Reduced | null {
  const scaled = toIntegers(values);
  if (!scaled) return null;
  const { decimals, numbers } = scaled;
  const first = numbers[0] as number;
  const count = numbers.length;
  const integers = new Float64Array(count);
  let divisor = 0;
  let min = 0;
  let max = 0;
  for (let index = 1; index < count; index += 1) {
    const distance = (numbers[index] as number) - first;
    if (distance < min) min = distance;
    else if (distance > max) max = distance;
    integers[index] = distance;
    if (divisor !== 1 && distance !== 0) divisor = commonDivisor(divisor, Math.abs(distance));
  }
  if (max - min > Number.MAX_SAFE_INTEGER) return null;
  if (divisor > 1)
    for (let index = 1; index < count; index += 1) integers[index] = (integers[index] as number) / divisor;
  return { decimals, first, divisor: Math.max(divisor, 1), integers };
}

/** Turns numbers back into values, in place. */
export function restoreDecimals(numbers: Float64Array, decimals: number): void {
  const scale = 10 ** decimals;
  for (let index = 0; index < numbers.length; index += 1) numbers[index] = (numbers[index] as number) / scale;
}

/** The values themselves if all are safe integers, else times the power of ten that makes them so. */
function toIntegers(values: Float64Array): { decimals: number; numbers: Float64Array } | null {
  let decimals = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) continue;
    if (!Number.isFinite(value)) throw new RangeError(`not a finite value: ${value}`);
    if (Object.is(value, -0)) return null;
    while (scaledBy(value, decimals) === null) if (++decimals > MAX_DECIMALS) return null;
  }
  if (decimals === 0) return { decimals, numbers: values };
  const numbers = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const number = scaledBy(values[index] as number, decimals);
    if (number === null) return null;
    numbers[index] = number;
  }
  return { decimals, numbers };
}

/** The integer whose quotient by 10^decimals is exactly that value, if there is one. */
function scaledBy(value: number, decimals: number): number | null {
  const scale = 10 ** decimals;
  const number = Math.round(value * scale);
  return Number.isSafeInteger(number) && !Object.is(number, -0) && number / scale === value ? number : null;
}

/** Of two integers, 0 counting as a multiple of everything. The quotients cost less than remainders. */
function commonDivisor(divisor: number, distance: number): number {
  if (divisor === 0) return distance;
  const quotient = distance / divisor;
  if (quotient * divisor === distance && Math.floor(quotient) === quotient) return divisor;
  let larger = distance;
  let smaller = divisor;
  while (smaller !== 0) {
    const rest = larger % smaller;
    larger = smaller;
    smaller = rest;
  }
  return larger;
}
