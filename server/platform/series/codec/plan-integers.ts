import { coding, type Laid, type Places } from './integers.ts';
import { type NumbersPlan, planNumbers } from './plan-numbers.ts';
import { riceBits, riceLow } from './rice.ts';
import { Scratch } from './scratch.ts';
import { varintBytes, zigzagBytes } from './varints.ts';

/** Steps and levels beyond it no signed varint can hold. */
const MAX_DISTANCE = 2 ** 52 - 2;

const stepRoom = new Scratch();
const changeRoom = new Scratch();
const levelRoom = new Scratch();
const gapRoom = new Scratch();

/**
 * Finds the smallest coding. What it returns is good until the next call, and as long as the integers stay.
 * @param integers the largest and the smallest are no further apart than 2^53 - 1
 */
export function planIntegers(integers: Float64Array, count: number): Laid {
  const first = integers[0] as number;
  const steps = stepRoom.of(count);
  const changes = changeRoom.of(count);
  const levels = levelRoom.of(count);
  const gaps = gapRoom.of(count);
  let changed = 0;
  let last = 0;
  let previous = first;
  let min = first;
  let max = first;
  for (let index = 1; index < count; index += 1) {
    const integer = integers[index] as number;
    const step = integer - previous;
    steps[index - 1] = step;
    if (step === 0) continue;
    changes[changed] = step;
    levels[changed] = integer - first;
    gaps[changed] = index - last - 1;
    changed += 1;
    last = index;
    previous = integer;
    if (integer < min) min = integer;
    else if (integer > max) max = integer;
  }
  const choice = new Choice(first);
  if (changed === 0) return choice.best;
  const isFar = max - min > MAX_DISTANCE;
  // Of few changes or of many, the other codings are never smaller.
  if (3 * changed >= count || isFar) choice.offer(coding.values, integers, count, null);
  if (isFar) return choice.best;
  if (3 * changed >= count) choice.offer(coding.steps, steps, count - 1, null);
  if (8 * changed <= 7 * count) {
    const places = { count: changed, gaps, low: riceLow(last - changed, changed) };
    choice.offer(coding.changes, changes, changed, places, last - changed);
    choice.offer(coding.levels, levels, changed, places, last - changed);
  }
  return choice.best;
}

/** The smallest coding of those that were offered, a constant if there was none. */
class Choice {
  best: Laid;
  readonly #first: number;
  #fewest = Number.POSITIVE_INFINITY;

  constructor(first: number) {
    const numbers = { form: 0, low: 0, radix: 0, hasEscapes: false };
    const told = { integers: new Float64Array(0), count: 0, base: 0 };
    this.best = { coding: coding.constant, lead: first, told, numbers, places: null };
    this.#first = first;
  }

  /** @param unchanged how many stay the same before a change, in all */
  offer(code: number, integers: Float64Array, count: number, places: Places | null, unchanged = 0): void {
    const numbers = planNumbers(integers, count);
    const bits = numbers.bits + this.#bitsBefore(code, numbers) + (places ? placeBits(places, unchanged) : 0);
    if (bits >= this.#fewest) return;
    this.#fewest = bits;
    const lead = code === coding.values ? numbers.base : this.#first;
    this.best = { coding: code, lead, told: { integers, count, base: numbers.base }, numbers, places };
  }

  /** Bits of lead and base. */
  #bitsBefore(code: number, { base }: NumbersPlan): number {
    if (code === coding.values) return 8 * varintBytes(Math.abs(base));
    return 8 * (varintBytes(Math.abs(this.#first)) + zigzagBytes(base));
  }
}

function placeBits({ count, low }: Places, unchanged: number): number {
  return 8 * (varintBytes(count) + 1) + riceBits(unchanged, count, low);
}
