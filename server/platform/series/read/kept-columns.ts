import { Generations } from './generations.ts';

/** Times and some metrics of a block, as readers keep them: shared, so nobody changes them. */
export interface KeptBlock {
  /** ms, never falling. */
  readonly at: Float64Array;
  /** Scaled values by metric number, null for one that no report of the block had. */
  readonly columns: Map<number, Float64Array | null>;
}

/** What a block takes besides its numbers, about. */
const OVERHEAD_BYTES = 400;
const LIMIT_BYTES = 16 * 1_048_576;

/** What was read of blocks lately, so that a chart that is drawn again and again reads them once: what is in a block never changes. */
export class KeptColumns extends Generations<number, KeptBlock> {
  constructor(limitBytes: number = LIMIT_BYTES) {
    super(limitBytes, bytesOf);
  }

  /** Keeps one more metric of a block that was just asked for. */
  addColumn(block: KeptBlock, metricId: number, column: Float64Array | null): void {
    block.columns.set(metricId, column);
    this.grew(column?.byteLength ?? 0);
  }
}

function bytesOf({ at, columns }: KeptBlock): number {
  let bytes = OVERHEAD_BYTES + at.byteLength;
  for (const column of columns.values()) bytes += column?.byteLength ?? 0;
  return bytes;
}
