import { crc32 } from '../../protocol/wire/crc32.ts';

/**
 * A record of a spool file: marker `V` `R` (2 bytes), length of the payload (4, little endian), CRC-32 of length and payload
 * (4, little endian), payload. The payload is one encoded frame, whose tag says what it is. The marker lets a reader find the
 * next record behind damage; the checksum, which covers the length too, decides whether it is one.
 */

const MARKER = Buffer.from('VR');
const HEADER_BYTES = 10;
/** Larger than any frame an agent spools; a length beyond it is damage. */
const MAX_PAYLOAD_BYTES = 128 * 1024;

export function encodeRecord(payload: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  MARKER.copy(record);
  record.writeUInt32LE(payload.length, 2);
  record.set(payload, HEADER_BYTES);
  record.writeUInt32LE(checksum(record.subarray(2, 6), payload), 6);
  return record;
}

function checksum(length: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, payload.length, crc32(length)) >>> 0;
}

export interface Scan {
  /** The payloads whose checksum holds, in order. Views of the scanned bytes. */
  readonly payloads: Uint8Array[];
  /** Bytes in front of or between records that are no record. */
  readonly damagedBytes: number;
  /** Bytes behind the last record: the torn end of a write that a crash cut short, or damage. */
  readonly tornBytes: number;
}

/** Reads every sound record, whatever lies between them. Never throws. */
export function scanRecords(bytes: Buffer): Scan {
  const payloads: Uint8Array[] = [];
  let damagedBytes = 0;
  let soundEnd = 0;
  let at = bytes.indexOf(MARKER);
  while (at >= 0) {
    const payload = payloadAt(bytes, at);
    if (payload === undefined) {
      at = bytes.indexOf(MARKER, at + 1);
      continue;
    }
    payloads.push(payload);
    damagedBytes += at - soundEnd;
    soundEnd = at + HEADER_BYTES + payload.length;
    at = bytes.indexOf(MARKER, soundEnd);
  }
  return { payloads, damagedBytes, tornBytes: bytes.length - soundEnd };
}

function payloadAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at + 2);
  const end = at + HEADER_BYTES + length;
  if (length === 0 || length > MAX_PAYLOAD_BYTES || end > bytes.length) return undefined;
  const payload = bytes.subarray(at + HEADER_BYTES, end);
  return bytes.readUInt32LE(at + 6) === checksum(bytes.subarray(at + 2, at + 6), payload) ? payload : undefined;
}
