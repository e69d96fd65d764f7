/** CRC-32 of IEEE 802.3, as in zip and PNG: every error of up to 32 bits in a row is found, of others all but one in 2^32. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/**
 * The CRC-32 of `bytes` up to `end`, as a signed 32-bit integer. `before` is that of the bytes in front of these, so that parts
 * give what the whole would.
 */
export function crc32(bytes: Uint8Array, end: number = bytes.length, before = 0): number {
  let rest = ~before;
  for (let at = 0; at < end; at += 1) {
    rest = (rest >>> 8) ^ (table[(rest ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~rest;
}
