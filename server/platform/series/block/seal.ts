import { crc32 } from 'node:zlib';
import { DamagedError } from '../damaged-error.ts';

/** Bytes of a checksum. */
const CRC_BYTES = 4;

/** The bytes with their CRC-32 behind them, little endian. */
export function seal(bytes: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(bytes.length + CRC_BYTES);
  sealed.set(bytes);
  new DataView(sealed.buffer).setUint32(bytes.length, crc32(bytes), true);
  return sealed;
}

/** The sealed bytes without their checksum, not copied. @throws DamagedError if they do not match it */
export function unseal(sealed: Uint8Array): Uint8Array {
  const length = sealed.length - CRC_BYTES;
  if (length < 1) throw new DamagedError('A block is too short.');
  const bytes = sealed.subarray(0, length);
  const expected = new DataView(sealed.buffer, sealed.byteOffset + length, CRC_BYTES).getUint32(0, true);
  if (crc32(bytes) !== expected) throw new DamagedError('A block does not match its checksum.');
  return bytes;
}
