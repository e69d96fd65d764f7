import { ProtocolError } from '../error.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/**
 * How one list of scaled values becomes the next: "changes" of docs/protocol.md. A value is an integer from -(2^52) to
 * 2^52 - 1, or null where there is none.
 */
type Scaled = readonly (number | null)[];

const LARGEST = 2 ** 52 - 1;
const SMALLEST = -(2 ** 52);

/** Whether {@link writeChanges} can tell the way from `previous` to `next`: as long, and no two values too far apart. */
export function canDelta(previous: Scaled, next: Scaled): boolean {
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
 * @throws RangeError if {@link canDelta} says no, or for a value that is no scaled one: a fault of the caller.
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

/**
 * The list after `previous`: a new one, `previous` stays as it is.
 * @throws ProtocolError `frame_malformed` for bytes that {@link writeChanges} never writes.
 */
export function readChanges(reader: ByteReader, previous: Scaled): (number | null)[] {
  const next = previous.slice();
  applyChanges(reader, next);
  return next;
}

/** The same in place. What stands in `values` after it has thrown is of no use. */
export function applyChanges(reader: ByteReader, values: (number | null)[]): void {
  const { length } = values;
  const byteCount = (length + 7) >> 3;
  const first = reader.skip(byteCount);
  // One list of changes has one encoding: bits behind the last value are 0.
  if ((length & 7) !== 0 && reader.byteAt(first + byteCount - 1) >> (length & 7) !== 0) {
    throw new ProtocolError('frame_malformed', 'Changes mark more values than there are.');
  }
  for (let at = 0; at < byteCount; at += 1) {
    let bits = reader.byteAt(first + at);
    while (bits !== 0) {
      // The position of the lowest bit that is set.
      const index = at * 8 + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      values[index] = readChange(reader, values[index] as number | null);
    }
  }
}

function readChange(reader: ByteReader, before: number | null): number | null {
  const change = reader.zigzag();
  if (before === null) return change;
  if (change === 0) return null;
  const after = before + change;
  if (change < -LARGEST || after < SMALLEST || after > LARGEST) {
    throw new ProtocolError('frame_malformed', 'A change leads out of the range of values.');
  }
  return after;
}
