/** Figures that the kernel hands every process, and that no other file tells without asking libc. */
export interface SystemConstants {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/** /proc/self/auxv of a 64-bit little-endian process (getauxval(3)): pairs of a type and a value. Missing: 4096 and 100. */
export function parseAuxv(bytes: Buffer): SystemConstants {
  let pageBytes = 4096;
  let ticksPerSecond = 100;
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const type = bytes.readBigUInt64LE(at);
    const value = Number(bytes.readBigUInt64LE(at + 8));
    if (type === AT_PAGESZ && value > 0) pageBytes = value;
    if (type === AT_CLKTCK && value > 0) ticksPerSecond = value;
  }
  return { pageBytes, ticksPerSecond };
}
