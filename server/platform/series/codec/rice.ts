import { bitWidth, powersOfTwo } from './bits.ts';

/*
 * Rice's code: the lowest bits of a number as they are, and what is above them as that many zeros and a one. It suits numbers of
 * which small ones are the most frequent, however large a few of them are.
 */

/** How many lowest bits suit numbers best that are not negative and have that sum. */
export function riceLow(sum: number, count: number): number {
  const low = bitWidth(Math.floor((sum * Math.LN2) / count));
  return low > 0 && riceBits(sum, count, low - 1) <= riceBits(sum, count, low) ? low - 1 : low;
}

/** About the bits that they take: of what the lowest bits hold, half is taken to be there. */
export function riceBits(sum: number, count: number, low: number): number {
  const power = powersOfTwo[low] as number;
  return count * (low + 1) + Math.max(0, sum / power - (count * (1 - 1 / power)) / 2);
}
