import { DamagedError } from '../damaged-error.ts';
import { hostOfLane, isBackfill, isPast, laneOf } from '../rows/lane.ts';
import type { Row } from '../rows/row.ts';
import type { Sliced } from '../slices.ts';
import { columnsOfRows } from './columns-of-rows.ts';
import type { OpenLane } from './open-lane.ts';
import type { Parts } from './parts.ts';
import { BLOCK_SPAN_MS, type NewBlock, newBlock } from './raw-table.ts';

/** Reports of a block at most; as a rule it is a chain of 120. */
const MAX_BLOCK_ROWS = 240;
/** Ended chains wait for another until they have so many reports, so that blocks are not tiny. */
const WORTH_A_BLOCK = 60;
/** How long one transaction may gather blocks, ms. */
const STEP_MS = 2;

interface Piece {
  readonly open: OpenLane;
  readonly chains: number;
  readonly mark: number;
  readonly blocks: readonly NewBlock[];
}

/** Turns chains that have ended into blocks. */
export class Sealing {
  readonly #parts: Parts;
  readonly #due = new Set<OpenLane>();
  readonly #mark;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#mark = parts.db.sql.prepare('INSERT OR REPLACE INTO lane (id, sealed_to) VALUES (?, ?)');
  }

  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** Takes note of a lane to which a row was added; `all` if nothing will follow for long. */
  consider(open: OpenLane, all = false): void {
    if (open.endedRows >= (all ? 1 : WORTH_A_BLOCK)) this.#due.add(open);
  }

  /** Seals all that is due, some blocks a turn. @throws Error if it cannot write; what is due stays due */
  *run(): Sliced {
    while (this.#due.size > 0) {
      this.#step();
      yield;
    }
  }

  #step(): void {
    const { db, raw, tally, lanes } = this.#parts;
    const until = performance.now() + STEP_MS;
    const pieces: Piece[] = [];
    for (const open of this.#due) {
      const piece = this.#next(open);
      if (piece) pieces.push(piece);
      else this.#due.delete(open);
      if (performance.now() >= until) break;
    }
    if (pieces.length === 0) return;
    const blocks = pieces.flatMap((piece) => piece.blocks);
    const change = { bytes: 0, blocks: blocks.length, samples: 0 };
    for (const { data, samples } of blocks) {
      change.bytes += data.length;
      change.samples += samples;
    }
    db.background(() => {
      for (const block of blocks) raw.insert(block);
      for (const { open, mark } of pieces) this.#mark.run(open.lane, mark);
      tally.write('raw', change);
    });
    tally.changed('raw', change);
    for (const { open, chains } of pieces) {
      lanes.sealed(open, chains);
      if (open.endedRows === 0) this.#due.delete(open);
    }
  }

  /** The next ended chains of a lane that make a block or two, or null if it has none. */
  #next(open: OpenLane): Piece | null {
    const ended = open.isEnded ? open.chains.length : open.chains.length - 1;
    let rows = 0;
    let chains = 0;
    while (chains < ended) {
      const more = open.chains[chains]?.rows ?? 0;
      if (chains > 0 && rows + more > MAX_BLOCK_ROWS) break;
      rows += more;
      chains += 1;
    }
    const last = open.chains[chains - 1];
    if (!last) return null;
    return { open, chains, mark: last.lastMark, blocks: this.#blocks(open, chains) };
  }

  #blocks(open: OpenLane, chains: number): NewBlock[] {
    const { directory } = this.#parts;
    const lane = laneOf(open.lane);
    try {
      return cut(open.read(0, chains, directory.countOf)).map((rows) => {
        const columns = columnsOfRows(rows, isBackfill(lane), (schema) => directory.metricIds(schema));
        return newBlock(hostOfLane(open.lane), isPast(lane), columns);
      });
    } catch (cause) {
      if (!(cause instanceof DamagedError || cause instanceof RangeError)) throw cause;
      this.#setAside(open, chains);
      return [];
    }
  }

  /** What cannot be read must not stand in the way of everything behind it. */
  #setAside(open: OpenLane, chains: number): void {
    const { db, damage, now } = this.#parts;
    const found = {
      source: 'journal' as const,
      host: hostOfLane(open.lane),
      fromMs: open.chains[0]?.firstAt ?? null,
      toMs: open.chains[chains - 1]?.lastAt ?? null,
      foundAt: now(),
    };
    db.background(() => damage.keep(found, open.bytesOf(chains)));
    damage.found(found);
  }
}

/** Rows in the order of time, each once, in pieces that are neither too long nor too many for a block. */
function cut(rows: readonly Row[]): Row[][] {
  const sorted = isAscending(rows) ? rows : unique(rows.toSorted((a, b) => a.at - b.at || a.sequence - b.sequence));
  const pieces: Row[][] = [];
  let piece: Row[] = [];
  for (const row of sorted) {
    const first = piece[0];
    if (!first || piece.length >= MAX_BLOCK_ROWS || row.at - first.at > BLOCK_SPAN_MS) {
      piece = [];
      pieces.push(piece);
    }
    piece.push(row);
  }
  return pieces;
}

function isAscending(rows: readonly Row[]): boolean {
  return rows.every((row, index) => {
    const previous = rows[index - 1];
    return !previous || (row.at >= previous.at && row.runId === previous.runId && row.sequence > previous.sequence);
  });
}

function unique(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ runId, sequence }) => {
    const ticket = `${runId}:${sequence}`;
    if (seen.has(ticket)) return false;
    seen.add(ticket);
    return true;
  });
}
