/** A part of a list and the cursor of the next one, or null at the end. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** Which part of a list: at most `limit` items, after the `cursor` of the page before. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
