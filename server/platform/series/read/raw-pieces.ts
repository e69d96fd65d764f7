import { type BlockReader, openBlock } from '../block/raw-block.ts';
import { DamagedError } from '../damaged-error.ts';
import type { ReadSource } from '../read-source.ts';
import type { KeptBlock, KeptColumns } from './kept-columns.ts';
import { type Piece, PieceOrder, pieceOfBlock, pieceOfColumns, pieceOfKept } from './piece.ts';

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
  /** Up to when pieces were given. */
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (let windowMs = fromMs; windowMs < toMs; windowMs += WINDOW_MS) {
    const endMs = Math.min(windowMs + WINDOW_MS, toMs);
    const blocks = source
      .blocks(hostId, windowMs, endMs)
      // What begins before the window came with an earlier one.
      .filter(({ firstAt }) => windowMs === fromMs || firstAt >= windowMs)
      .sort((a, b) => a.firstAt - b.firstAt);
    for (const [place, block] of blocks.entries()) {
      for (let first = open[0]; first && (first.at[0] as number) <= block.firstAt; first = open[0]) {
        reachedMs = Math.max(reachedMs, first.at[first.at.length - 1] as number);
        open.shift();
        yield order.push(first);
      }
      const nextMs = Math.min(
        open[0]?.at[0] ?? Number.POSITIVE_INFINITY,
        blocks[place + 1]?.firstAt ?? (endMs < toMs ? endMs : Number.POSITIVE_INFINITY),
      );
      const isAlone = reachedMs < block.firstAt && block.lastAt < nextMs;
      reachedMs = Math.max(reachedMs, block.lastAt);
      const piece = read(source, block.id, metricIds, isAlone);
      if (piece !== null) yield order.push(piece);
    }
    yield null;
  }
  for (const piece of open) yield order.push(piece);
  yield order.end();
}

/** Null for a block that is gone or damaged. */
function read(source: ReadSource, id: number, metricIds: readonly number[], isAlone: boolean): Piece | null {
  const kept = isAlone ? source.kept.get(id) : undefined;
  if (kept && metricIds.every((metricId) => kept.columns.has(metricId))) return pieceOfKept(kept, metricIds, true);
  const data = source.bytes(id);
  if (!data) return null;
  try {
    const block = openBlock(data);
    if (!isAlone) return pieceOfBlock(block, metricIds);
    return pieceOfKept(keep(source.kept, id, kept, block, metricIds), metricIds, false);
  } catch (cause) {
    if (!(cause instanceof DamagedError)) throw cause;
    source.damaged('raw', id);
    return null;
  }
}

function keep(
  all: KeptColumns,
  id: number,
  before: KeptBlock | undefined,
  block: BlockReader,
  metricIds: readonly number[],
): KeptBlock {
  const missing = metricIds.filter((metricId) => !before?.columns.has(metricId));
  const read = missing.map((metricId) => [metricId, block.column(metricId)] as const);
  if (before) {
    for (const [metricId, column] of read) all.addColumn(before, metricId, column);
    return before;
  }
  const made = { at: block.at(), columns: new Map(read) };
  all.add(id, made);
  return made;
}
