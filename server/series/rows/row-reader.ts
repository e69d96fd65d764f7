import type { ByteReader } from '../../../protocol/bytes.ts';
import { readChanges } from '../../../protocol/delta.ts';
import { DamagedError } from '../damaged-error.ts';

/** A report as rows tell it: its host and metrics are numbers that stand elsewhere. */
export interface Row {
  readonly schema: number;
  readonly runId: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly clockOffsetMs: number;
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
  readonly scaled: readonly (number | null)[];
}

/** What stands before the body of a row. */
export interface RowHead {
  /** See lane.ts. */
  readonly lane: number;
  /** Position in the chain; 0 is a key row. */
  readonly index: number;
  /** Of the body. */
  readonly length: number;
}

export function readHead(reader: ByteReader): RowHead {
  const lane = reader.varint();
  const index = reader.byte();
  const low = reader.byte();
  return { lane, index, length: low + reader.byte() * 256 };
}

/** Reads when a row was measured and passes over the rest. `previousAt` is that of the row before it in its chain. */
export function skimAt(reader: ByteReader, index: number, length: number, previousAt: number): number {
  const end = reader.remaining - length;
  let at: number;
  if (index === 0) {
    reader.skip(16);
    reader.skip(reader.varint(MAX_BOOT_ID_BYTES));
    reader.varint();
    reader.varint();
    at = reader.varint();
  } else {
    reader.zigzag();
    at = previousAt + reader.zigzag();
  }
  reader.skip(reader.remaining - end);
  return at;
}

const MAX_BOOT_ID_BYTES = 1024;

/** @throws ProtocolError, or DamagedError for a schema that `countOf` does not know */
export function readKeyRow(reader: ByteReader, countOf: (schema: number) => number | undefined): Row {
  const runId = hex(reader.raw(16));
  const bootId = reader.text(MAX_BOOT_ID_BYTES);
  const schema = reader.varint();
  const sequence = reader.varint();
  const at = reader.varint();
  const receivedAt = at + reader.zigzag();
  const clockOffsetMs = reader.zigzag();
  const wallMs = reader.varint();
  const monotonicMs = reader.varint();
  const bootMs = reader.varint();
  const count = countOf(schema);
  if (count === undefined) throw new DamagedError(`A row refers to schema ${schema}, which is not stored.`);
  const scaled: (number | null)[] = [];
  const present = reader.skip(Math.ceil(count / 8));
  for (let index = 0; index < count; index += 1) {
    const isPresent = (reader.byteAt(present + (index >> 3)) >> (index & 7)) & 1;
    scaled.push(isPresent ? reader.zigzag() : null);
  }
  return {
    schema,
    runId,
    bootId,
    sequence,
    at,
    receivedAt,
    clockOffsetMs,
    wallMs,
    monotonicMs,
    bootMs,
    scaled,
  };
}

/** @throws ProtocolError */
export function readDeltaRow(reader: ByteReader, previous: Row): Row {
  const sequence = previous.sequence + 1 + reader.zigzag();
  const step = reader.zigzag();
  const at = previous.at + step;
  const receivedAt = at + (previous.receivedAt - previous.at) + reader.zigzag();
  const clockOffsetMs = previous.clockOffsetMs + reader.zigzag();
  const wallMs = previous.wallMs + step + reader.zigzag();
  const monotonicMs = previous.monotonicMs + step + reader.zigzag();
  const bootMs = previous.bootMs + step + reader.zigzag();
  const scaled = readChanges(reader, previous.scaled);
  return {
    schema: previous.schema,
    runId: previous.runId,
    bootId: previous.bootId,
    sequence,
    at,
    receivedAt,
    clockOffsetMs,
    wallMs,
    monotonicMs,
    bootMs,
    scaled,
  };
}

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
