import { bitWidth } from './bits.ts';

/** Bytes that an unsigned varint takes. */
export function varintBytes(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  if (value < 2_097_152) return 3;
  return Math.ceil(bitWidth(value) / 7);
}

/** Bytes that a signed one takes. */
export function zigzagBytes(value: number): number {
  return varintBytes(Math.abs(value) * 2);
}
