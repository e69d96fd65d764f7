import { DamagedError } from '../damaged-error.ts';
import { powersOfTwo } from './bits.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import type { Unit } from './integers.ts';
import { varintBytes, zigzagBytes } from './varints.ts';

/** The byte of a unit: how often 2 divides its divisor, and whether an odd factor and an offset follow. */
const POWER_MASK = 0x3f;
const HAS_ODD = 0x40;
const HAS_OFFSET = 0x80;
const MAX_POWER = 53;

/** Values that are what they are. */
export const plainUnit: Unit = { divisor: 1, offset: 0 };

/** Bytes of {@link writeUnit}. */
export function unitBytes({ divisor, offset }: Unit): number {
  const odd = divisor / (powersOfTwo[powerOfTwo(divisor)] as number);
  return 1 + (odd > 1 ? varintBytes(odd) : 0) + (offset === 0 ? 0 : zigzagBytes(offset));
}

export function writeUnit(writer: ByteWriter, { divisor, offset }: Unit): void {
  const power = powerOfTwo(divisor);
  const odd = divisor / (powersOfTwo[power] as number);
  writer.byte(power | (odd > 1 ? HAS_ODD : 0) | (offset === 0 ? 0 : HAS_OFFSET));
  if (odd > 1) writer.varint(odd);
  if (offset !== 0) writer.zigzag(offset);
}

/** @throws DamagedError for bytes that {@link writeUnit} never writes */
export function readUnit(cursor: Cursor): Unit {
  const byte = cursor.byte();
  const power = byte & POWER_MASK;
  if (power > MAX_POWER) throw new DamagedError('A column has too large a unit.');
  const odd = byte & HAS_ODD ? cursor.varint() : 1;
  return { divisor: odd * (powersOfTwo[power] as number), offset: byte & HAS_OFFSET ? cursor.zigzag() : 0 };
}

/** How often 2 divides an integer that is not 0. */
export function powerOfTwo(integer: number): number {
  let power = 0;
  let rest = integer;
  for (; rest % 65_536 === 0; rest /= 65_536) power += 16;
  for (; rest % 2 === 0; rest /= 2) power += 1;
  return power;
}
