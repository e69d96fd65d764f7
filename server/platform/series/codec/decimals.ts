import { Scratch } from './scratch.ts';

/** Decimal places that are looked for. */
const MAX_DECIMALS = 12;

const room = new Scratch();

/**
 * The values themselves if all are safe integers, else times the power of ten that makes them so.
 * @param values the first `count`, no NaN
 * @returns null if no power does, and for -0, which is no integer here: its sign would be lost
 * @throws RangeError for an infinite value
 */
export function toIntegers(values: Float64Array, count: number): { decimals: number; numbers: Float64Array } | null {
  let decimals = 0;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    if (Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)) continue;
    if (!Number.isFinite(value)) throw new RangeError(`not a finite value: ${value}`);
    if (value === 0) return null;
    while (scaledBy(value, decimals) === null) if (++decimals > MAX_DECIMALS) return null;
  }
  if (decimals === 0) return { decimals, numbers: values };
  const numbers = room.of(count);
  for (let index = 0; index < count; index += 1) {
    const number = scaledBy(values[index] as number, decimals);
    if (number === null) return null;
    numbers[index] = number;
  }
  return { decimals, numbers };
}

/** Turns integers back into the first `count` values, in place. */
export function restoreDecimals(numbers: Float64Array, count: number, decimals: number): void {
  const scale = 10 ** decimals;
  for (let index = 0; index < count; index += 1) numbers[index] = (numbers[index] as number) / scale;
}

/** The integer whose quotient by 10^decimals is exactly that value, if there is one. */
function scaledBy(value: number, decimals: number): number | null {
  const scale = 10 ** decimals;
  const number = Math.round(value * scale);
  if (!Number.isSafeInteger(number) || number / scale !== value || Object.is(number, -0)) return null;
  return number;
}
