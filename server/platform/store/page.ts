import type { Page } from '../../../protocol/api/page.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

/** Largest page that a list returns. */
export const MAX_PAGE = 500;

/** A limit of 1..{@link MAX_PAGE}. */
export function clampLimit(limit: number): number {
  return Math.min(MAX_PAGE, Math.max(1, Math.floor(limit)));
}

/** The position after an item, opaque to clients. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * The position that {@link encodeCursor} made; `shape` names the type of each part.
 * @throws VigiaError bad_request if the text is anything else.
 */
export function decodeCursor<const S extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: S,
): { -readonly [I in keyof S]: S[I] extends 'string' ? string : number } {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    position = null;
  }
  if (
    !Array.isArray(position) ||
    position.length !== shape.length ||
    shape.some((type, index) => typeof position[index] !== type)
  ) {
    throw refused('bad_request', said('refused.cursor'));
  }
  return position as never;
}

/** Cuts one item more than asked for into a page: the extra one only says that there is a next page. */
export function toPage<T>(rows: T[], limit: number, position: (row: T) => readonly (string | number)[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null };
}
