import type { NumberedDamage } from '../calls.ts';
import { Cursor } from '../codec/cursor.ts';
import { DamagedError } from '../damaged-error.ts';
import { hostOfLane, LANES, laneNumber } from '../rows/lane.ts';
import { readHead } from '../rows/row-reader.ts';
import { schemaOf, stepOfDelta, timeOfKey } from '../rows/row-state.ts';
import { type JournalTable, rowsOf } from './journal-table.ts';
import { markOf, OpenLane } from './open-lane.ts';

/** A row of a batch that is being committed, found but not read. */
export interface FoundRow {
  readonly lane: number;
  readonly index: number;
  readonly at: number;
  /** `index[1] length[2] body` in the bytes of the batch. */
  readonly start: number;
  readonly end: number;
}

/** Positions of a chain that is in a block, while a start may still want to replay rows of it. */
interface SealedChain {
  readonly first: number;
  readonly last: number;
}

/** All lanes that hold reports, by their number. */
export class Lanes {
  readonly #lanes = new Map<number, OpenLane>();
  #sealed: SealedChain[] = [];
  rows = 0;
  bytes = 0;

  get(lane: number): OpenLane | undefined {
    return this.#lanes.get(lane);
  }

  get size(): number {
    return this.#lanes.size;
  }

  values(): Iterable<OpenLane> {
    return this.#lanes.values();
  }

  /** The lanes of a host that hold reports. */
  ofHost(host: number): OpenLane[] {
    const found: OpenLane[] = [];
    for (let lane = 0; lane < LANES; lane += 1) {
      const open = this.#lanes.get(laneNumber(host, lane));
      if (open && !open.isEmpty) found.push(open);
    }
    return found;
  }

  /** Finds the rows of a batch. @throws Error for rows that follow nothing, which would never be read again */
  find(rows: Uint8Array): FoundRow[] {
    const found: FoundRow[] = [];
    const cursor = new Cursor(rows);
    // Rows of this batch that later ones of it follow.
    const before = new Map<number, { index: number; at: number }>();
    for (let next = 0; next < rows.length; ) {
      cursor.part(next, rows.length - next);
      const { lane, index } = readHead(cursor);
      const start = cursor.at - HEAD_BYTES;
      const open = this.#lanes.get(lane);
      const previous = before.get(lane) ?? (open && !open.isEnded ? tailOf(open) : undefined);
      if (index !== 0 && previous?.index !== index - 1) {
        throw new Error(`row ${index} of lane ${lane} follows none`);
      }
      const at = index === 0 ? timeOfKey(cursor) : (previous?.at ?? 0) + stepOfDelta(cursor);
      before.set(lane, { index, at });
      next = cursor.end;
      found.push({ lane, index, at, start, end: next });
    }
    return found;
  }

  /** Adds a row of a committed batch. @returns its lane */
  push(row: FoundRow, rows: Uint8Array, position: number, mark: number, now: number): OpenLane {
    const open = this.#laneOf(row.lane);
    open.push(rows, row.start, row.end, row.index, row.at, position, mark, now);
    this.rows += 1;
    this.bytes += row.end - row.start;
    return open;
  }

  #laneOf(lane: number): OpenLane {
    let open = this.#lanes.get(lane);
    if (!open) {
      open = new OpenLane(lane);
      this.#lanes.set(lane, open);
    }
    return open;
  }

  /** Drops the first chains of a lane, which are in blocks now. */
  sealed(open: OpenLane, chains: number): void {
    for (const { firstPosition, lastPosition } of open.chains.slice(0, chains)) {
      this.#sealed.push({ first: firstPosition, last: lastPosition });
    }
    this.#drop(open, chains);
  }

  /** Drops the lanes of a host that is leaving. */
  removeHost(host: number): void {
    for (const open of this.ofHost(host)) this.#drop(open, open.chains.length);
    for (let lane = 0; lane < LANES; lane += 1) this.#lanes.delete(laneNumber(host, lane));
  }

  #drop(open: OpenLane, chains: number): void {
    this.rows -= open.rows;
    this.bytes -= open.byteLength;
    open.drop(chains);
    this.rows += open.rows;
    this.bytes += open.byteLength;
    if (open.isEmpty && open.isEnded) this.#lanes.delete(open.lane);
  }

  /**
   * The oldest position that is needed: by a row that no block holds, or to replay what comes after `released`, as a delta
   * row can only be read from its key row on.
   */
  floor(released: number): number {
    let floor = released + 1;
    for (const open of this.#lanes.values()) floor = Math.min(floor, open.firstPosition);
    this.#sealed = this.#sealed.filter(({ last }) => last > released);
    for (const { first } of this.#sealed) floor = Math.min(floor, first);
    return floor;
  }

  /**
   * Has the lanes of the journal again. Batches that do not match their checksum are handed to `setAside`. Rows that built on
   * them cannot be read any more, nor can those of a schema that is not stored: `lost` is told whose and when.
   */
  restore(journal: JournalTable, options: RestoreOptions): void {
    const tails = new Map<number, Tail>();
    for (const batch of journal.batches(0)) {
      const rows = rowsOf(batch);
      if (rows === null || !this.#restore(rows, batch.position, tails, options)) {
        options.setAside(batch.position, batch.data);
      }
    }
    for (const [lane, tail] of tails) this.#end(lane, tail, null, options);
    for (const open of this.#lanes.values()) {
      open.isEnded = true;
      this.rows += open.rows;
      this.bytes += open.byteLength;
    }
  }

  /** False if the rows are not rows. */
  #restore(rows: Uint8Array, position: number, tails: Map<number, Tail>, options: RestoreOptions): boolean {
    const { isKnown, sealedTo, isStored, now } = options;
    const cursor = new Cursor(rows);
    try {
      for (let row = 0, next = 0; next < rows.length; row += 1) {
        cursor.part(next, rows.length - next);
        const { lane, index } = readHead(cursor);
        const start = cursor.at - HEAD_BYTES;
        next = cursor.end;
        let tail = tails.get(lane);
        if (index === 0) {
          const isSealed = markOf(position, row) <= (sealedTo.get(lane) ?? 0);
          // Of a host that is leaving nothing is kept.
          const isKept = !isSealed && isKnown(hostOfLane(lane));
          const aside = isKept && !isStored(schemaOf(cursor)) ? new OpenLane(lane) : null;
          const open = isKept && aside === null ? this.#laneOf(lane) : null;
          const at = timeOfKey(cursor);
          if (tail) this.#end(lane, tail, at, options);
          tail = { index, at, first: position, last: position, isSealed, isBroken: false, open, aside };
          tails.set(lane, tail);
        } else if (!tail || tail.isBroken || tail.index !== index - 1) {
          // The batches before may have gone because nothing of them was needed any more.
          const isSealed = markOf(position, row) <= (sealedTo.get(lane) ?? 0);
          const { at = 0, first = position, aside = null } = tail ?? {};
          tails.set(lane, { index, at, first, last: position, isSealed, isBroken: !isSealed, open: null, aside });
          continue;
        } else {
          tail.at += stepOfDelta(cursor);
          tail.index = index;
          tail.last = position;
        }
        const to = tail.open ?? tail.aside;
        if (to) to.push(rows, start, next, index, tail.at, position, markOf(position, row), now);
      }
      return true;
    } catch (cause) {
      if (cause instanceof DamagedError) return false;
      throw cause;
    }
  }

  /** A chain of the journal has ended: `nextAt` is when the next one began, null if there is none. */
  #end(lane: number, tail: Tail, nextAt: number | null, { lost }: RestoreOptions): void {
    const { aside, isBroken, isSealed, at, first, last } = tail;
    const host = hostOfLane(lane);
    const [chain] = aside?.chains ?? [];
    if (aside && chain) lost({ host, fromMs: chain.firstAt, toMs: chain.lastAt }, aside.bytesOf(1));
    if (isBroken) lost({ host, fromMs: at === 0 ? null : at, toMs: nextAt }, new Uint8Array(0));
    if (isSealed) this.#sealed.push({ first, last });
  }
}

/** The index and the length of a row. */
const HEAD_BYTES = 3;

/** The last row of a lane while the journal is read. */
interface Tail {
  index: number;
  at: number;
  readonly first: number;
  last: number;
  readonly isSealed: boolean;
  /** A row before it is missing: what follows up to the next key row cannot be read. */
  readonly isBroken: boolean;
  /** Where its rows go: to the open lane of the host, or, without their schema, aside; those that are sealed or of a host that is leaving to neither. */
  readonly open: OpenLane | null;
  readonly aside: OpenLane | null;
}

export interface RestoreOptions {
  readonly now: number;
  isKnown(host: number): boolean;
  /** Whether rows of a schema can be read. */
  isStored(schema: number): boolean;
  /** By lane: rows up to this mark are in blocks. */
  readonly sealedTo: ReadonlyMap<number, number>;
  setAside(position: number, data: Uint8Array): void;
  lost(damage: Pick<NumberedDamage, 'host' | 'fromMs' | 'toMs'>, rows: Uint8Array): void;
}

function tailOf(open: OpenLane): { index: number; at: number } {
  return { index: (open.chains.at(-1)?.rows ?? 0) - 1, at: open.at };
}
