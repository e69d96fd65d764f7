/** From the newest value of a line (by its position) to a value at a time ahead. */
export interface Projection {
  readonly kind: 'projection';
  readonly line: number;
  readonly atMs: number;
  readonly value: number;
  /** The longest first: the first that the picture has room for is written. */
  readonly labels: readonly string[];
}
