import type { ByteWriter } from '../codec/byte-writer.ts';
import type { Cursor } from '../codec/cursor.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Row } from './row.ts';

export const RUN_ID_BYTES = 16;
const MAX_BOOT_ID_BYTES = 1024;
/** Values and the differences between them: integers of 53 bits with their sign. */
const LARGEST = 2 ** 52 - 1;
const SMALLEST = -(2 ** 52);

/** Values of a schema; undefined for one that is not stored. */
export type CountOf = (schema: number) => number | undefined;

/** What the rows of a chain have come to. Rows are taken in place: nothing is made for one until {@link row} is asked for. */
export class RowState {
  at = 0;
  #schema = -1;
  #runId = '';
  #bootId = '';
  #sequence = 0;
  #receivedAt = 0;
  #clockOffsetMs = 0;
  #wallMs = 0;
  #monotonicMs = 0;
  #bootMs = 0;
  /** NaN where there is none. */
  #values = new Float64Array(0);

  /** Takes a key row whose body is the cursor's part. @throws DamagedError, also for a schema that is not stored */
  key(cursor: Cursor, countOf: CountOf): void {
    this.#runId = text(cursor, RUN_ID_BYTES, 'hex');
    this.#bootId = text(cursor, cursor.varint(MAX_BOOT_ID_BYTES), 'utf8');
    this.#schema = cursor.varint();
    this.#sequence = cursor.varint();
    this.at = cursor.varint();
    this.#receivedAt = this.at + cursor.zigzag();
    this.#clockOffsetMs = cursor.zigzag();
    this.#wallMs = cursor.varint();
    this.#monotonicMs = cursor.varint();
    this.#bootMs = cursor.varint();
    const count = countOf(this.#schema);
    if (count === undefined) throw new DamagedError(`A row refers to schema ${this.#schema}, which is not stored.`);
    if (count !== this.#values.length) this.#values = new Float64Array(count);
    this.#values.fill(Number.NaN);
    this.#change(cursor);
  }

  /** Takes a delta row whose body is the cursor's part, against the row before. @throws DamagedError */
  delta(cursor: Cursor): void {
    this.#sequence += 1 + cursor.zigzag();
    const step = cursor.zigzag();
    const delay = this.#receivedAt - this.at;
    this.at += step;
    this.#receivedAt = this.at + delay + cursor.zigzag();
    this.#clockOffsetMs += cursor.zigzag();
    this.#wallMs += step + cursor.zigzag();
    this.#monotonicMs += step + cursor.zigzag();
    this.#bootMs += step + cursor.zigzag();
    this.#change(cursor);
  }

  /** Writes the body of a key row that says the same. */
  writeKey(writer: ByteWriter): void {
    const values = this.#values;
    writer.raw(Buffer.from(this.#runId, 'hex')).text(this.#bootId).varint(this.#schema).varint(this.#sequence);
    writer
      .varint(this.at)
      .zigzag(this.#receivedAt - this.at)
      .zigzag(this.#clockOffsetMs);
    writer.varint(this.#wallMs).varint(this.#monotonicMs).varint(this.#bootMs);
    const first = writer.skip((values.length + 7) >> 3);
    for (let start = 0; start < values.length; start += 8) {
      let present = 0;
      for (let index = start; index < Math.min(start + 8, values.length); index += 1) {
        const value = values[index] as number;
        if (Number.isNaN(value)) continue;
        present |= 1 << (index - start);
        writer.zigzag(value);
      }
      writer.setByteAt(first + (start >> 3), present);
    }
  }

  /** The row that was taken last. */
  row(): Row {
    const values = this.#values;
    const scaled: (number | null)[] = [];
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      scaled.push(Number.isNaN(value) ? null : value);
    }
    return {
      schema: this.#schema,
      runId: this.#runId,
      bootId: this.#bootId,
      sequence: this.#sequence,
      at: this.at,
      receivedAt: this.#receivedAt,
      clockOffsetMs: this.#clockOffsetMs,
      wallMs: this.#wallMs,
      monotonicMs: this.#monotonicMs,
      bootMs: this.#bootMs,
      scaled,
    };
  }

  /** A bit a value that the row tells: in a key row its value, in a delta row its change, where 0 takes it away. */
  #change(cursor: Cursor): void {
    const values = this.#values;
    const { bytes } = cursor;
    const { length } = values;
    const first = cursor.skip((length + 7) >> 3);
    const end = cursor.at;
    if ((length & 7) !== 0 && (bytes[end - 1] as number) >> (length & 7) !== 0) {
      throw new DamagedError('A row tells more values than its schema has.');
    }
    for (let at = first; at < end; at += 1) {
      let bits = bytes[at] as number;
      while (bits !== 0) {
        // The position of the lowest bit that is set.
        const index = (at - first) * 8 + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const change = cursor.zigzag();
        const before = values[index] as number;
        if (Number.isNaN(before)) values[index] = change;
        else if (change === 0) values[index] = Number.NaN;
        else {
          const after = before + change;
          if (after < SMALLEST || after > LARGEST) throw new DamagedError('A row leads out of the range of values.');
          values[index] = after;
        }
      }
    }
    cursor.finish();
  }
}

/** The schema of a key row whose body is the cursor's part, which stays as it is. @throws DamagedError */
export function schemaOf(cursor: Cursor): number {
  const { at } = cursor;
  skipEvidence(cursor);
  const schema = cursor.varint();
  cursor.at = at;
  return schema;
}

/** When a key row, whose body is the cursor's part, was measured. @throws DamagedError */
export function timeOfKey(cursor: Cursor): number {
  skipEvidence(cursor);
  cursor.skipVarints(2);
  return cursor.varint();
}

/** How long after the row before a delta row, whose body is the cursor's part, was measured. @throws DamagedError */
export function stepOfDelta(cursor: Cursor): number {
  cursor.skipVarints(1);
  return cursor.zigzag();
}

function skipEvidence(cursor: Cursor): void {
  cursor.skip(RUN_ID_BYTES);
  cursor.skip(cursor.varint(MAX_BOOT_ID_BYTES));
}

function text(cursor: Cursor, length: number, encoding: 'hex' | 'utf8'): string {
  const { bytes } = cursor;
  const start = cursor.skip(length);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString(encoding);
}
