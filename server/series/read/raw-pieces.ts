import { openBlock } from '../block/raw-block.ts';
import { DamagedError } from '../damaged-error.ts';
import type { ReadSource, StoredBlock } from '../read-source.ts';
import { type Piece, PieceOrder, pieceOfBlock, pieceOfColumns } from './piece.ts';

/** Blocks are fetched for so much time at once, so that a long range is never in memory as a whole. */
const WINDOW_MS = 3 * 3_600_000;

/**
 * The reports of a host that may lie in the half-open range, sealed and open, as pieces in the order of time. Null stands for a
 * pause without a piece. Damaged blocks are left out and told of.
 */
export function* rawPieces(
  source: ReadSource,
  hostId: number,
  metricIds: readonly number[],
  fromMs: number,
  toMs: number,
): Generator<Piece | null, void, void> {
  const open = source
    .open(hostId, metricIds, fromMs, toMs)
    .flatMap((columns) => pieceOfColumns(columns, metricIds) ?? [])
    .filter(({ at }) => (at[0] as number) < toMs)
    .sort((a, b) => (a.at[0] as number) - (b.at[0] as number));
  const order = new PieceOrder();
  for (let windowMs = fromMs; windowMs < toMs; windowMs += WINDOW_MS) {
    const endMs = Math.min(windowMs + WINDOW_MS, toMs);
    const blocks = source
      .blocks(hostId, windowMs, endMs)
      // What begins before the window came with an earlier one.
      .filter(({ firstAt }) => windowMs === fromMs || firstAt >= windowMs)
      .sort((a, b) => a.firstAt - b.firstAt);
    for (const block of blocks) {
      while (open[0] && (open[0].at[0] as number) <= block.firstAt) yield order.push(open.shift() as Piece);
      const piece = read(source, block, metricIds);
      if (piece !== null) yield order.push(piece);
    }
    yield null;
  }
  for (const piece of open) yield order.push(piece);
  yield order.end();
}

function read(source: ReadSource, { id, data }: StoredBlock, metricIds: readonly number[]): Piece | null {
  try {
    return pieceOfBlock(openBlock(data), metricIds);
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
    source.damaged('raw', id);
    return null;
  }
}
