import { ByteReader } from '../../../protocol/bytes.ts';
import { ProtocolError } from '../../../protocol/error.ts';
import type { NumberedDamage } from '../calls.ts';
import { hostOfLane, LANES, laneNumber } from '../rows/lane.ts';
import { readHead, skimAt } from '../rows/row-reader.ts';
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
    const reader = new ByteReader(rows);
    const size = rows.length;
    // Rows of this batch that later ones of it follow.
    const before = new Map<number, { index: number; at: number }>();
    while (reader.remaining > 0) {
      const { lane, index, length } = readHead(reader);
      const start = size - reader.remaining - 3;
      const open = this.#lanes.get(lane);
      const previous = before.get(lane) ?? (open && !open.isEnded ? tailOf(open) : undefined);
      if (index !== 0 && previous?.index !== index - 1) {
        throw new Error(`row ${index} of lane ${lane} follows none`);
      }
      const at = skimAt(reader, index, length, previous?.at ?? 0);
      before.set(lane, { index, at });
      found.push({ lane, index, at, start, end: start + 3 + length });
    }
    return found;
  }

  /** Adds a row of a committed batch. @returns its lane */
  push(row: FoundRow, rows: Uint8Array, position: number, mark: number, now: number): OpenLane {
    let open = this.#lanes.get(row.lane);
    if (!open) {
      open = new OpenLane(row.lane);
      this.#lanes.set(row.lane, open);
    }
    open.push(rows, row.start, row.end, row.index, row.at, position, mark, now);
    this.rows += 1;
    this.bytes += row.end - row.start;
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
   * Has the lanes of the journal again. Batches that do not match their checksum are handed to `setAside`; rows that built on
   * them cannot be read any more, and `lost` is told whose and when.
   */
  restore(journal: JournalTable, options: RestoreOptions): void {
    const tails = new Map<number, Tail>();
    for (const batch of journal.batches(0)) {
      const rows = rowsOf(batch);
      if (rows === null || !this.#restore(rows, batch.position, tails, options)) {
        options.setAside(batch.position, batch.data);
      }
    }
    for (const [lane, tail] of tails) {
      if (tail.isBroken) options.lost(lostOf(lane, tail, null));
      if (tail.isSealed) this.#sealed.push({ first: tail.first, last: tail.last });
      const open = this.#lanes.get(lane);
      if (open) open.isEnded = true;
    }
  }

  /** False if the rows are not rows. */
  #restore(
    rows: Uint8Array,
    position: number,
    tails: Map<number, Tail>,
    { isKnown, sealedTo, lost, now }: RestoreOptions,
  ): boolean {
    const reader = new ByteReader(rows);
    try {
      for (let row = 0; reader.remaining > 0; row += 1) {
        const { lane, index, length } = readHead(reader);
        const start = rows.length - reader.remaining - 3;
        let tail = tails.get(lane);
        if (index === 0) {
          if (tail?.isSealed) this.#sealed.push({ first: tail.first, last: tail.last });
          const at = skimAt(reader, index, length, 0);
          if (tail?.isBroken) lost(lostOf(lane, tail, at));
          const isSealed = markOf(position, row) <= (sealedTo.get(lane) ?? 0);
          tail = { index, at, first: position, last: position, isSealed, isBroken: false };
          tails.set(lane, tail);
        } else if (!tail || tail.isBroken || tail.index !== index - 1) {
          reader.skip(length);
          // The batches before may have gone because nothing of them was needed any more.
          const isSealed = markOf(position, row) <= (sealedTo.get(lane) ?? 0);
          const first = tail?.first ?? position;
          tails.set(lane, { index, at: tail?.at ?? 0, first, last: position, isSealed, isBroken: !isSealed });
          continue;
        } else {
          tail.at = skimAt(reader, index, length, tail.at);
          tail.index = index;
          tail.last = position;
        }
        if (tail.isSealed || !isKnown(hostOfLane(lane))) continue;
        const found = { lane, index, at: tail.at, start, end: start + 3 + length };
        this.push(found, rows, position, markOf(position, row), now);
      }
      return true;
    } catch (cause) {
      if (cause instanceof ProtocolError) return false;
      throw cause;
    }
  }
}

/** The last row of a lane while the journal is read. */
interface Tail {
  index: number;
  at: number;
  readonly first: number;
  last: number;
  readonly isSealed: boolean;
  /** A row before it is missing: what follows up to the next key row cannot be read. */
  readonly isBroken: boolean;
}

export interface RestoreOptions {
  readonly now: number;
  isKnown(host: number): boolean;
  /** By lane: rows up to this mark are in blocks. */
  readonly sealedTo: ReadonlyMap<number, number>;
  setAside(position: number, data: Uint8Array): void;
  lost(damage: Pick<NumberedDamage, 'host' | 'fromMs' | 'toMs'>): void;
}

function lostOf(lane: number, tail: Tail, toMs: number | null) {
  return { host: hostOfLane(lane), fromMs: tail.at === 0 ? null : tail.at, toMs };
}

function tailOf(open: OpenLane): { index: number; at: number } {
  return { index: (open.chains.at(-1)?.rows ?? 0) - 1, at: open.at };
}
