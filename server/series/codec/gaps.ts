import type { ByteWriter } from '../../../protocol/bytes.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Cursor } from './cursor.ts';
import { varintBytes } from './integers.ts';

/** How gaps are told: as lengths of runs, or as a bit a value. */
export const gapForm = { none: 0, runs: 1, bits: 2 } as const;

/** The values that are there, and the form that tells best where. */
export interface Present {
  readonly form: number;
  readonly values: Float64Array;
}

/** Takes the gaps (NaN) out. Without gaps the same array is returned. */
export function withoutGaps(values: Float64Array): Present {
  const count = values.length;
  let present = 0;
  for (let index = 0; index < count; index += 1) if (!Number.isNaN(values[index])) present += 1;
  if (present === count) return { form: gapForm.none, values };
  const dense = new Float64Array(present);
  let at = 0;
  let runBytes = 0;
  for (const [length, isPresent, start] of runsOf(values)) {
    runBytes += varintBytes(length);
    if (!isPresent) continue;
    dense.set(values.subarray(start, start + length), at);
    at += length;
  }
  return { form: runBytes <= (count + 7) >> 3 ? gapForm.runs : gapForm.bits, values: dense };
}

/** Runs of values and of gaps in turn, values first (maybe none): length, whether they are values, start. */
function* runsOf(values: Float64Array): Generator<[number, boolean, number]> {
  let start = 0;
  let isPresent = true;
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isNaN(values[index]) !== isPresent) continue;
    yield [index - start, isPresent, start];
    start = index;
    isPresent = !isPresent;
  }
  yield [values.length - start, isPresent, start];
}

export function writeGaps(writer: ByteWriter, values: Float64Array, form: number): void {
  if (form === gapForm.runs) {
    for (const [length] of runsOf(values)) writer.varint(length);
  } else if (form === gapForm.bits) {
    for (let start = 0; start < values.length; start += 8) {
      let bits = 0;
      for (let index = start; index < Math.min(start + 8, values.length); index += 1) {
        if (!Number.isNaN(values[index])) bits |= 1 << (index - start);
      }
      writer.byte(bits);
    }
  }
}

/**
 * Where values are, 1 each; null if they are everywhere.
 * @throws DamagedError for bytes that {@link writeGaps} never writes
 */
export function readGaps(cursor: Cursor, form: number, count: number): Uint8Array | null {
  if (form === gapForm.none) return null;
  const present = new Uint8Array(count);
  if (form === gapForm.runs) {
    let isPresent = true;
    for (let at = 0; at < count; isPresent = !isPresent) {
      const length = cursor.varint(count - at);
      if (length === 0 && !(at === 0 && isPresent)) throw new DamagedError('A run of gaps or values is empty.');
      if (isPresent) present.fill(1, at, at + length);
      at += length;
    }
  } else if (form === gapForm.bits) {
    const start = cursor.skip((count + 7) >> 3);
    for (let index = 0; index < count; index += 1) {
      present[index] = ((cursor.bytes[start + (index >> 3)] as number) >> (index & 7)) & 1;
    }
  } else throw new DamagedError('A column tells its gaps in an unknown form.');
  return present;
}
