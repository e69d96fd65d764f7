import { ByteWriter } from '../codec/byte-writer.ts';
import { Cursor } from '../codec/cursor.ts';
import type { Columns, NewestEvidence, RunOfReports } from '../columns.ts';
import { DamagedError } from '../damaged-error.ts';
import { ColumnSet, writeColumnSet } from './column-set.ts';
import { type Evidence, readEvidence, writeEvidence } from './evidence.ts';
import { seal, unseal } from './seal.ts';

/** Reports of one host side by side, of which single columns can be read. */
export interface BlockReader {
  /** Reports. */
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly runs: readonly RunOfReports[];
  readonly newest: NewestEvidence;
  /** Metric numbers, ascending. */
  metricIds(): readonly number[];
  /** ms, never falling. The same array each time. */
  at(): Float64Array;
  /**
   * Scaled values, NaN where a report had none; null if no report had the metric.
   * @param into room for `count` values, by default a new array: making one takes longer than reading a column
   */
  column(metricId: number, into?: Float64Array): Float64Array | null;
  /** Everything; the values share one buffer. */
  columns(): Columns;
}

const VERSION = 2;
/** More reports than any block holds: what a reader makes room for has a bound. */
export const MAX_BLOCK_REPORTS = 65_536;
const column = { at: 0, sequence: 1, run: 2, backfill: 3 } as const;
const FIRST_METRIC = 4;

/**
 * Lays reports down as a block ("Blocks" of FORMAT.md).
 * @throws RangeError for no or too many reports, columns of unequal length, or an infinite value
 */
export function encodeBlock(columns: Columns): Uint8Array {
  const { length } = columns.at;
  if (length === 0 || length > MAX_BLOCK_REPORTS) throw new RangeError(`not a block of reports: ${length}`);
  const set = new Map<number, Float64Array>([
    [column.at, columns.at],
    [column.sequence, columns.sequence],
    [column.run, Float64Array.from(columns.run)],
    [column.backfill, Float64Array.from(columns.backfill)],
  ]);
  for (const [metricId, values] of columns.values) set.set(metricId + FIRST_METRIC, values);
  for (const values of set.values()) if (values.length !== length) throw new RangeError('columns of unequal length');
  const writer = new ByteWriter(8192).byte(VERSION).varint(length);
  writer.blob(writeEvidence(columns, columns.at[length - 1] as number));
  writeColumnSet(writer, set);
  return seal(writer.finish());
}

/**
 * Opens a block; its columns are read when they are asked for. The bytes must not change meanwhile.
 * @throws DamagedError if they are not a block as {@link encodeBlock} writes it
 */
export function openBlock(sealed: Uint8Array): BlockReader {
  const bytes = unseal(sealed);
  const cursor = new Cursor(bytes);
  if (cursor.byte() !== VERSION) throw new DamagedError('A block has an unknown version.');
  const count = cursor.varint(MAX_BLOCK_REPORTS);
  if (count === 0) throw new DamagedError('A block holds no reports.');
  const evidenceLength = cursor.varint(bytes.length);
  const evidenceStart = cursor.skip(evidenceLength);
  return new Block(count, bytes.subarray(evidenceStart, evidenceStart + evidenceLength), new ColumnSet(cursor, count));
}

class Block implements BlockReader {
  readonly count: number;
  readonly #evidenceBytes: Uint8Array;
  readonly #set: ColumnSet;
  #at: Float64Array | null = null;
  #evidence: Evidence | null = null;

  constructor(count: number, evidenceBytes: Uint8Array, set: ColumnSet) {
    this.count = count;
    this.#evidenceBytes = evidenceBytes;
    this.#set = set;
  }

  get firstAt(): number {
    return this.at()[0] as number;
  }

  get lastAt(): number {
    return this.at()[this.count - 1] as number;
  }

  get runs(): readonly RunOfReports[] {
    return this.#readEvidence().runs;
  }

  get newest(): NewestEvidence {
    return this.#readEvidence().newest;
  }

  metricIds(): readonly number[] {
    return this.#set.ids.filter((id) => id >= FIRST_METRIC).map((id) => id - FIRST_METRIC);
  }

  at(): Float64Array {
    if (!this.#at) {
      const at = this.#own(column.at);
      for (let index = 0; index < this.count; index += 1) {
        const time = at[index] as number;
        if (!Number.isSafeInteger(time) || (index > 0 && time < (at[index - 1] as number))) {
          throw new DamagedError('The times of a block are not in order.');
        }
      }
      this.#at = at;
    }
    return this.#at;
  }

  column(metricId: number, into?: Float64Array): Float64Array | null {
    return this.#set.read(metricId + FIRST_METRIC, into);
  }

  columns(): Columns {
    const { runs, newest } = this.#readEvidence();
    const run = Uint16Array.from(this.#own(column.run));
    for (const index of run) if (index >= runs.length) throw new DamagedError('A report has an unknown run.');
    const values = new Map<number, Float64Array>();
    const metricIds = this.metricIds();
    const room = new Float64Array(metricIds.length * this.count);
    metricIds.forEach((metricId, index) => {
      const into = room.subarray(index * this.count, (index + 1) * this.count);
      values.set(metricId, this.column(metricId, into) as Float64Array);
    });
    const backfill = Uint8Array.from(this.#own(column.backfill));
    return { at: this.at(), sequence: this.#own(column.sequence), runs, run, backfill, values, newest };
  }

  #own(id: number): Float64Array {
    const values = this.#set.read(id);
    if (!values) throw new DamagedError('A block lacks a column.');
    return values;
  }

  #readEvidence(): Evidence {
    this.#evidence ??= readEvidence(this.#evidenceBytes, this.lastAt);
    return this.#evidence;
  }
}
