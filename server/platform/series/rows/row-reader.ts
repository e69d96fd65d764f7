import { Cursor } from '../codec/cursor.ts';
import type { Row } from './row.ts';
import { type CountOf, RowState } from './row-state.ts';

/** What stands before the body of a row. */
export interface RowHead {
  /** See lane.ts. */
  readonly lane: number;
  /** Position in the chain; 0 is a key row. */
  readonly index: number;
  /** Of the body. */
  readonly length: number;
}

/** Reads what stands before the body of a row, which is the cursor's part from then on. @throws DamagedError */
export function readHead(cursor: Cursor): RowHead {
  const lane = cursor.varint();
  const index = cursor.byte();
  const length = cursor.byte() + cursor.byte() * 256;
  cursor.part(cursor.at, length);
  return { lane, index, length };
}

/** Reads rows of one lane as they lie in its bytes, without its number; they begin with a key row. @throws DamagedError */
export function readRows(bytes: Uint8Array, countOf: CountOf): Row[] {
  const rows: Row[] = [];
  walkRows(bytes, countOf, (state) => rows.push(state.row()));
  return rows;
}

/** The newest of such rows, of the same time the one that came last, without reading the others whole. @throws DamagedError */
export function readNewestRow(bytes: Uint8Array, countOf: CountOf): Row {
  let newestAt = Number.NEGATIVE_INFINITY;
  let newest = 0;
  const last = walkRows(bytes, countOf, ({ at }, index) => {
    if (at < newestAt) return;
    newestAt = at;
    newest = index;
  });
  if (last.at === newestAt) return last.row();
  // A clock was set back: rows can only be read from the first on.
  let row = last.row();
  walkRows(bytes, countOf, (state, index) => {
    if (index === newest) row = state.row();
  });
  return row;
}

/** What the first rows of such bytes have come to; all of them if there are no more. @throws DamagedError */
export function stateAfter(bytes: Uint8Array, rows: number, countOf: CountOf): RowState {
  return walkRows(bytes, countOf, () => undefined, rows);
}

function walkRows(
  bytes: Uint8Array,
  countOf: CountOf,
  take: (state: RowState, index: number) => void,
  limit = Number.POSITIVE_INFINITY,
): RowState {
  const state = new RowState();
  const cursor = new Cursor(bytes);
  let next = 0;
  for (let index = 0; next < bytes.length && index < limit; index += 1) {
    cursor.part(next, bytes.length - next);
    const isKey = cursor.byte() === 0 || index === 0;
    const length = cursor.byte() + cursor.byte() * 256;
    cursor.part(cursor.at, length);
    next = cursor.end;
    if (isKey) state.key(cursor, countOf);
    else state.delta(cursor);
    take(state, index);
  }
  return state;
}
