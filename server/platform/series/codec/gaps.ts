import { DamagedError } from '../damaged-error.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { Scratch } from './scratch.ts';
import { varintBytes } from './varints.ts';

/** How gaps are told: as lengths of runs, or as a bit a value. */
export const gapForm = { none: 0, runs: 1, bits: 2 } as const;

/** The values that are there, and the form that tells best where. */
export interface Present {
  readonly form: number;
  /** The first `count` are values. Good until the next call. */
  readonly values: Float64Array;
  readonly count: number;
}

const room = new Scratch();

/** Takes the gaps (NaN) out. Without gaps the same array is returned. */
export function withoutGaps(values: Float64Array): Present {
  const { length } = values;
  let count = 0;
  for (let index = 0; index < length; index += 1) if (!Number.isNaN(values[index])) count += 1;
  if (count === length) return { form: gapForm.none, values, count };
  const dense = room.of(count);
  let at = 0;
  let runBytes = 0;
  for (const { start, end, isPresent } of runsOf(values)) {
    runBytes += varintBytes(end - start);
    if (isPresent) for (let index = start; index < end; index += 1) dense[at++] = values[index] as number;
  }
  return { form: runBytes <= (length + 7) >> 3 ? gapForm.runs : gapForm.bits, values: dense, count };
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly isPresent: boolean;
}

/** Runs of values and of gaps in turn, values first (maybe none). */
function runsOf(values: Float64Array): Run[] {
  const runs: Run[] = [];
  let start = 0;
  let isPresent = true;
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isNaN(values[index]) !== isPresent) continue;
    runs.push({ start, end: index, isPresent });
    start = index;
    isPresent = !isPresent;
  }
  runs.push({ start, end: values.length, isPresent });
  return runs;
}

export function writeGaps(writer: ByteWriter, values: Float64Array, form: number): void {
  if (form === gapForm.runs) {
    for (const { start, end } of runsOf(values)) writer.varint(end - start);
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
export function readGaps(cursor: Cursor, form: number, length: number): Uint8Array | null {
  if (form === gapForm.none) return null;
  const present = new Uint8Array(length);
  if (form === gapForm.runs) {
    let isPresent = true;
    for (let at = 0; at < length; isPresent = !isPresent) {
      const run = cursor.varint(length - at);
      if (run === 0 && !(at === 0 && isPresent)) throw new DamagedError('A run of gaps or values is empty.');
      if (isPresent) present.fill(1, at, at + run);
      at += run;
    }
  } else if (form === gapForm.bits) {
    const start = cursor.skip((length + 7) >> 3);
    for (let index = 0; index < length; index += 1) {
      present[index] = ((cursor.bytes[start + (index >> 3)] as number) >> (index & 7)) & 1;
    }
  } else throw new DamagedError('A column tells its gaps in an unknown form.');
  return present;
}
