import type { Row } from '../rows/row.ts';
import { readRows } from '../rows/row-reader.ts';
import type { CountOf } from '../rows/row-state.ts';

/** Rows of a chain as they lie in the bytes of their lane. */
export interface OpenChain {
  /** Where its key row begins. */
  start: number;
  rows: number;
  readonly firstPosition: number;
  /** When its key row was added, ms by the engine's clock. */
  readonly openedAt: number;
  lastPosition: number;
  /** Of its last row: see {@link markOf}. */
  lastMark: number;
  firstAt: number;
  lastAt: number;
  /** Of its last row. */
  at: number;
}

/** Rows a batch may have at most. */
export const MAX_BATCH_ROWS = 65_535;

/** A row's place in the journal as one number, growing. */
export function markOf(position: number, row: number): number {
  return position * (MAX_BATCH_ROWS + 1) + row;
}

const FIRST_BYTES = 1_024;

/** The reports of one lane of a host that no block holds yet, as the bytes of their rows (without the number of the lane). */
export class OpenLane {
  readonly lane: number;
  readonly chains: OpenChain[] = [];
  /** Nothing follows the last chain: the next row is a key row. */
  isEnded = true;
  rows = 0;
  /** How often rows were dropped at its beginning. */
  cuts = 0;
  /** When a row was added last, ms by the engine's clock. */
  touchedAt = 0;
  #bytes = new Uint8Array(0);
  #length = 0;

  constructor(lane: number) {
    this.lane = lane;
  }

  get byteLength(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.chains.length === 0;
  }

  /** Reports of chains that have ended. */
  get endedRows(): number {
    return this.isEnded ? this.rows : this.rows - (this.chains.at(-1)?.rows ?? 0);
  }

  /** When its oldest row was added; infinite if it has none. */
  get openedAt(): number {
    return this.chains[0]?.openedAt ?? Number.POSITIVE_INFINITY;
  }

  get firstPosition(): number {
    return this.chains[0]?.firstPosition ?? Number.POSITIVE_INFINITY;
  }

  /** When its last row was measured; a delta row counts from it. */
  get at(): number {
    return this.chains.at(-1)?.at ?? 0;
  }

  /** Adds `index[1] length[2] body`, which stands at `from..to` of some bytes. */
  push(
    bytes: Uint8Array,
    from: number,
    to: number,
    index: number,
    at: number,
    position: number,
    mark: number,
    now: number,
  ): void {
    this.touchedAt = now;
    this.#room(to - from);
    if (index === 0) {
      this.chains.push({
        start: this.#length,
        rows: 1,
        firstPosition: position,
        openedAt: now,
        lastPosition: position,
        lastMark: mark,
        firstAt: at,
        lastAt: at,
        at,
      });
      this.isEnded = false;
    } else {
      const chain = this.chains.at(-1) as OpenChain;
      chain.rows += 1;
      chain.lastPosition = position;
      chain.lastMark = mark;
      if (at < chain.firstAt) chain.firstAt = at;
      if (at > chain.lastAt) chain.lastAt = at;
      chain.at = at;
    }
    // A view of so few bytes costs more than copying them one by one.
    const own = this.#bytes;
    let end = this.#length;
    for (let place = from; place < to; place += 1) own[end++] = bytes[place] as number;
    this.#length = end;
    this.rows += 1;
  }

  /** Reads the rows of `chains[from..to)`. @throws DamagedError */
  read(from: number, to: number, countOf: CountOf): Row[] {
    return readRows(this.view(from, to), countOf);
  }

  /** The bytes of `chains[from..to)`, good until the lane changes. */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(this.chains[from]?.start ?? this.#length, this.chains[to]?.start ?? this.#length);
  }

  /** The bytes of all rows behind the first `offset` bytes, good until the lane changes. */
  since(offset: number): Uint8Array {
    return this.#bytes.subarray(offset, this.#length);
  }

  /** The bytes of `chains[0..count)`. */
  bytesOf(count: number): Uint8Array {
    return this.#bytes.slice(0, this.chains[count]?.start ?? this.#length);
  }

  /** Drops `chains[0..count)`. */
  drop(count: number): void {
    const cut = this.chains[count]?.start ?? this.#length;
    this.cuts += 1;
    for (const chain of this.chains.splice(0, count)) this.rows -= chain.rows;
    for (const chain of this.chains) chain.start -= cut;
    // What is left is small as a rule: a new array gives the room back.
    const rest = this.#bytes.subarray(cut, this.#length);
    this.#bytes = new Uint8Array(rest.length === 0 ? 0 : sizeFor(rest.length));
    this.#bytes.set(rest);
    this.#length = rest.length;
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(sizeFor(needed));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** 1, 2 and 4 KiB, then steps of a half, so that little room is wasted. */
function sizeFor(needed: number): number {
  let size = FIRST_BYTES;
  while (size < needed) size *= size < 4 * FIRST_BYTES ? 2 : 1.5;
  return Math.ceil(size);
}
