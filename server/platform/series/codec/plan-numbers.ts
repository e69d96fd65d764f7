import { bitWidth, powersOfTwo } from './bits.ts';
import { digitBits, MAX_RADIX } from './digits.ts';
import { form, type NumbersHead } from './numbers.ts';
import { riceBits, riceLow } from './rice.ts';
import { zigzagBytes } from './varints.ts';

/** Of wider numbers only the lowest bits are told, so all of them: what is above would be no exact integer in between. */
const MAX_WIDTH = 48;
/** What is further from the mean than so many times the usual may be an outlier that is better told apart. */
const FAR = 3;
/** Digits are looked for among radixes of so many bits: fewer waste more, more take longer to find. */
const RADIX_BITS = 7;

/** How some integers are told in the fewest bits. */
export interface NumbersPlan extends NumbersHead {
  readonly base: number;
  /** Bits of head and numbers without the base; those of Rice's code are estimated. */
  readonly bits: number;
}

/** @param integers the first `count`, at least one; the largest and the smallest are no further apart than 2^53 - 1 */
export function planNumbers(integers: Float64Array, count: number): NumbersPlan {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const value = integers[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const width = bitWidth(max - min);
  const plain = { form: form.none, base: min, low: width, radix: 0, hasEscapes: false, bits: 8 + count * width };
  if (width === 0 || width > MAX_WIDTH) return plain;
  const mean = Math.round(sum / count);
  let spread = 0;
  for (let index = 0; index < count; index += 1) spread += Math.abs((integers[index] as number) - mean);
  const reach = (FAR * spread) / count;
  let best: NumbersPlan = plain;
  const offer = (plan: NumbersPlan) => {
    if (plan.bits < best.bits) best = plan;
  };
  offer(inDigits(min, max, count));
  offer(inRice(form.rice, min, sum - count * min, count));
  offer(inRice(form.folded, mean, 2 * spread, count));
  if (max - mean > reach || mean - min > reach) offer(withEscapes(integers, count, mean, reach));
  return best;
}

/** @param sum of the distances from the base, folded if the form says so */
function inRice(riceForm: number, base: number, sum: number, count: number): NumbersPlan {
  const low = riceLow(sum, count);
  return { form: riceForm, base, low, radix: 0, hasEscapes: false, bits: 8 + riceBits(sum, count, low) };
}

/** Digits that reach from the smallest to the largest. */
function inDigits(min: number, max: number, count: number, hasEscapes = false): NumbersPlan {
  let best = { form: form.digits, base: min, low: 0, radix: 0, hasEscapes, bits: Number.POSITIVE_INFINITY };
  const width = bitWidth(max - min);
  for (let low = Math.max(0, width - RADIX_BITS); low <= width; low += 1) {
    const radix = Math.floor((max - min) / (powersOfTwo[low] as number)) + (hasEscapes ? 2 : 1);
    if (radix < 2 || radix > MAX_RADIX) continue;
    const bits = 16 + count * low + digitBits(count, radix);
    if (bits < best.bits) best = { ...best, low, radix, bits };
  }
  return best;
}

/** Digits for those within reach of the mean, and escapes for all others. */
function withEscapes(integers: Float64Array, count: number, mean: number, reach: number): NumbersPlan {
  let nearMin = mean;
  let nearMax = mean;
  let farthest = 0;
  let far = 0;
  for (let index = 0; index < count; index += 1) {
    const value = integers[index] as number;
    const distance = Math.abs(value - mean);
    if (distance > reach) {
      far += 1;
      if (distance > farthest) farthest = distance;
    } else if (value < nearMin) nearMin = value;
    else if (value > nearMax) nearMax = value;
  }
  const plan = inDigits(nearMin, nearMax, count, true);
  return { ...plan, bits: plan.bits + 8 * far * zigzagBytes(farthest / (powersOfTwo[plan.low] as number)) };
}
