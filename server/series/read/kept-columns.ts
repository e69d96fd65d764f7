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

/**
 * What was read of blocks lately, so that a chart that is drawn again and again reads them once: what is in a block never changes. Two
 * generations share the limit: when the newer one has half of it, the older one is dropped.
 */
export class KeptColumns {
  readonly #limitBytes: number;
  #newer = new Map<number, KeptBlock>();
  #older = new Map<number, KeptBlock>();
  #newerBytes = 0;
  #olderBytes = 0;

  constructor(limitBytes: number = LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** About. */
  get bytes(): number {
    return this.#newerBytes + this.#olderBytes;
  }

  /** What is kept of a block. What was asked for stays for another while. */
  get(id: number): KeptBlock | undefined {
    const block = this.#newer.get(id);
    if (block) return block;
    const old = this.#older.get(id);
    if (!old) return undefined;
    this.#older.delete(id);
    const bytes = bytesOf(old);
    this.#olderBytes -= bytes;
    this.#put(id, old, bytes);
    return old;
  }

  /** Keeps a block of which nothing is kept yet. */
  add(id: number, block: KeptBlock): void {
    this.#put(id, block, bytesOf(block));
  }

  /** Keeps one more metric of a block that was just asked for. */
  addColumn(block: KeptBlock, metricId: number, column: Float64Array | null): void {
    block.columns.set(metricId, column);
    this.#newerBytes += column?.byteLength ?? 0;
    if (this.#newerBytes > this.#limitBytes / 2) this.age();
  }

  /** Time went on: what was not asked for since the last but one of these calls is dropped. */
  age(): void {
    this.#older = this.#newer;
    this.#olderBytes = this.#newerBytes;
    this.#newer = new Map();
    this.#newerBytes = 0;
  }

  #put(id: number, block: KeptBlock, bytes: number): void {
    if (this.#newerBytes + bytes > this.#limitBytes / 2) this.age();
    this.#newer.set(id, block);
    this.#newerBytes += bytes;
  }
}

function bytesOf({ at, columns }: KeptBlock): number {
  let bytes = OVERHEAD_BYTES + at.byteLength;
  for (const column of columns.values()) bytes += column?.byteLength ?? 0;
  return bytes;
}
