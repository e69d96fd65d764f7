import type { BlockReader } from '../block/raw-block.ts';
import type { OpenReports } from '../read-source.ts';
import type { KeptBlock } from './kept-columns.ts';

/** Who sent the reports of a piece: duplicates are known by it. */
export interface Identity {
  readonly runIds: readonly string[];
  /** Index into `runIds` per report. */
  readonly run: Uint16Array | Uint32Array;
  readonly sequence: Float64Array;
}

/** Reports of one host, oldest first, of which some metrics were read. */
export interface Piece {
  /** ms, never falling, not empty. */
  readonly at: Float64Array;
  /** Scaled values in the order in which metrics were asked for; null for one that no report had. */
  readonly columns: readonly (Float64Array | null)[];
  /** It cost next to nothing: nobody needs a turn after it. */
  readonly isKept?: boolean;
  /** Only asked for where pieces overlap. */
  identity(): Identity;
}

const firstAt = ({ at }: Piece): number => at[0] as number;
const lastAt = ({ at }: Piece): number => at[at.length - 1] as number;

/** @throws DamagedError */
export function pieceOfBlock(block: BlockReader, metricIds: readonly number[]): Piece {
  return {
    at: block.at(),
    columns: metricIds.map((id) => block.column(id)),
    identity: () => identityOf(block.columns()),
  };
}

/** Of a block that overlaps with no other piece, so that nobody asks who sent its reports. */
export function pieceOfKept({ at, columns }: KeptBlock, metricIds: readonly number[], isKept: boolean): Piece {
  const identity = (): never => {
    throw new RangeError('This piece overlaps with none.');
  };
  return { at, columns: metricIds.map((id) => columns.get(id) ?? null), isKept, identity };
}

/** Null if there are no reports. */
export function pieceOfColumns(columns: OpenReports, metricIds: readonly number[]): Piece | null {
  if (columns.at.length === 0) return null;
  return {
    at: columns.at,
    columns: metricIds.map((id) => columns.values.get(id) ?? null),
    identity: () => identityOf(columns),
  };
}

function identityOf({ runs, run, sequence }: OpenReports): Identity {
  return { runIds: runs.map(({ runId }) => runId), run, sequence };
}

/**
 * Pieces that may overlap, put into the order of time: given by when they begin, they come back oldest first and without overlap,
 * each report once. Only what overlaps is copied.
 */
export class PieceOrder {
  #pending: Piece | null = null;

  /** `piece` begins no earlier than the one before. @returns what is complete, if anything */
  push(piece: Piece): Piece | null {
    const pending = this.#pending;
    this.#pending = piece;
    if (pending === null || lastAt(pending) < firstAt(piece)) return pending;
    const merged = mergePieces(pending, piece);
    const cut = firstNotBefore(merged.at, firstAt(piece));
    this.#pending = slice(merged, cut, merged.at.length);
    return cut > 0 ? slice(merged, 0, cut) : null;
  }

  /** What is left. */
  end(): Piece | null {
    const pending = this.#pending;
    this.#pending = null;
    return pending;
  }
}

function firstNotBefore(at: Float64Array, atMs: number): number {
  let index = 0;
  while (index < at.length && (at[index] as number) < atMs) index += 1;
  return index;
}

function slice(piece: Piece, start: number, end: number): Piece {
  return {
    at: piece.at.subarray(start, end),
    columns: piece.columns.map((column) => column?.subarray(start, end) ?? null),
    identity: () => {
      const { runIds, run, sequence } = piece.identity();
      return { runIds, run: run.subarray(start, end), sequence: sequence.subarray(start, end) };
    },
  };
}

/** Both in one, oldest first; of reports of the same instant the order is that of run and sequence. What has the same run and sequence comes once. */
export function mergePieces(left: Piece, right: Piece): Piece {
  const identities = [left.identity(), right.identity()] as const;
  const runIds = [...new Set([...identities[0].runIds, ...identities[1].runIds])].sort();
  const numbers = identities.map((identity) => identity.runIds.map((runId) => runIds.indexOf(runId)));
  const runOf = (side: number, index: number): number => {
    const own = identities[side]?.run[index] ?? 0;
    return numbers[side]?.[own] ?? 0;
  };
  const length = left.at.length + right.at.length;
  const at = new Float64Array(length);
  const run = new Uint32Array(length);
  const sequence = new Float64Array(length);
  const side = new Uint8Array(length);
  const source = new Uint32Array(length);
  let count = 0;
  const take = (from: number, index: number): void => {
    const atMs = (from === 0 ? left : right).at[index] as number;
    const ownRun = runOf(from, index);
    const ownSequence = identities[from]?.sequence[index] ?? 0;
    for (let before = count - 1; before >= 0 && at[before] === atMs; before -= 1) {
      if (run[before] === ownRun && sequence[before] === ownSequence) return;
    }
    at[count] = atMs;
    run[count] = ownRun;
    sequence[count] = ownSequence;
    side[count] = from;
    source[count] = index;
    count += 1;
  };
  for (let l = 0, r = 0; l < left.at.length || r < right.at.length; ) {
    const difference =
      l === left.at.length
        ? 1
        : r === right.at.length
          ? -1
          : (left.at[l] as number) - (right.at[r] as number) ||
            runOf(0, l) - runOf(1, r) ||
            (identities[0].sequence[l] as number) - (identities[1].sequence[r] as number);
    if (difference <= 0) take(0, l++);
    else take(1, r++);
  }
  const columns = left.columns.map((own, position) => {
    const other = right.columns[position] ?? null;
    if (own === null && other === null) return null;
    const merged = new Float64Array(count);
    for (let index = 0; index < count; index += 1) {
      const from = side[index] === 0 ? own : other;
      merged[index] = from === null ? Number.NaN : (from[source[index] as number] as number);
    }
    return merged;
  });
  const identity: Identity = { runIds, run: run.subarray(0, count), sequence: sequence.subarray(0, count) };
  return { at: at.subarray(0, count), columns, identity: () => identity };
}
