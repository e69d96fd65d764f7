import type { BatchOfRows, Calls } from '../calls.ts';
import { ByteWriter } from '../codec/byte-writer.ts';
import { Cursor } from '../codec/cursor.ts';
import { DamagedError } from '../damaged-error.ts';
import { readHead, stateAfter } from '../rows/row-reader.ts';
import { RowState, schemaOf } from '../rows/row-state.ts';
import { rowsOf, type StoredBatch } from './journal-table.ts';
import type { OpenLane } from './open-lane.ts';
import type { Parts } from './parts.ts';

/** By lane, the index of a row in its chain. */
type Indices = Map<number, number>;

/** A walk over the batches after a position, part by part. */
export class Walk {
  /** ms */
  readonly beganAt: number;
  readonly #parts: Parts;
  readonly #after: number;
  readonly #batches: Generator<StoredBatch, void, void>;
  /** Lanes of which it is known what their rows build on. */
  readonly #begun = new Set<number>();

  constructor(parts: Parts, after: number) {
    this.#parts = parts;
    this.#after = after;
    this.beganAt = parts.now();
    this.#batches = parts.journal.batches(after);
  }

  /** The next batches, up to the first beyond `maxBytes`, and what their rows build on; none at the end. */
  next(maxBytes: number): Calls['replay']['result'] {
    const batches: BatchOfRows[] = [];
    const wanted: Indices = new Map();
    for (let bytes = 0; bytes < maxBytes; ) {
      const { value } = this.#batches.next();
      if (!value) break;
      const rows = rowsOf(value);
      batches.push({ position: value.position, rows });
      eachRow(rows, (lane, index) => {
        if (this.#begun.has(lane)) return;
        this.#begun.add(lane);
        if (index > 0) wanted.set(lane, index);
      });
      bytes += value.data.length;
    }
    return { before: wanted.size > 0 ? rowsBefore(this.#parts, this.#after, wanted) : null, batches };
  }
}

/**
 * What delta rows after a position build on: of each of their chains the last row up to there, as a key row that keeps its index. With it
 * they can be read without all that lies before them. Chains that cannot be read any more are left out.
 * @param wanted the first row of each chain after the position
 */
function rowsBefore(parts: Parts, after: number, wanted: Indices): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1_048_576);
  const sealed: Indices = new Map();
  for (const [lane, index] of wanted) {
    const open = parts.lanes.get(lane);
    const state = open && openState(parts, open, index, after);
    if (state) write(writer, lane, index - 1, state);
    else sealed.set(lane, index);
  }
  if (sealed.size > 0) writeSealed(parts, writer, sealed, after);
  return writer.finish();
}

/** From the lanes in memory, where a chain lies in one piece. Undefined if it is not there any more. */
function openState({ directory }: Parts, open: OpenLane, index: number, after: number): RowState | undefined {
  const place = open.chains.findIndex(
    ({ firstPosition, lastPosition }) => firstPosition <= after && lastPosition > after,
  );
  const chain = open.chains[place];
  if (!chain || chain.rows < index) return undefined;
  return stateAfter(open.view(place, place + 1), index, directory.countOf);
}

/** Chains that were sealed meanwhile are found in the journal only. */
function writeSealed({ journal, directory }: Parts, writer: ByteWriter, wanted: Indices, after: number): void {
  const states = new Map<number, { state: RowState; index: number }>();
  for (const batch of journal.batches(0)) {
    if (batch.position > after) break;
    eachRow(rowsOf(batch), (lane, index, cursor) => {
      if (!wanted.has(lane)) return;
      const before = states.get(lane);
      if (index === 0 && directory.countOf(schemaOf(cursor)) !== undefined) {
        const state = before?.state ?? new RowState();
        state.key(cursor, directory.countOf);
        states.set(lane, { state, index });
      } else if (index !== 0 && before?.index === index - 1) {
        before.state.delta(cursor);
        before.index = index;
      } else states.delete(lane);
    });
  }
  for (const [lane, index] of wanted) {
    const found = states.get(lane);
    if (found?.index === index - 1) write(writer, lane, found.index, found.state);
  }
}

/** Rows of a batch that is damaged are passed over: a start has set it aside already. */
function eachRow(rows: Uint8Array | null, take: (lane: number, index: number, cursor: Cursor) => void): void {
  if (rows === null) return;
  const cursor = new Cursor(rows);
  try {
    for (let next = 0; next < rows.length; ) {
      cursor.part(next, rows.length - next);
      const { lane, index } = readHead(cursor);
      next = cursor.end;
      take(lane, index, cursor);
    }
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
  }
}

function write(writer: ByteWriter, lane: number, index: number, state: RowState): void {
  writer.varint(lane).byte(index);
  const lengthAt = writer.skip(2);
  state.writeKey(writer);
  const length = writer.skip(0) - lengthAt - 2;
  writer.setByteAt(lengthAt, length & 0xff);
  writer.setByteAt(lengthAt + 1, length >> 8);
}
