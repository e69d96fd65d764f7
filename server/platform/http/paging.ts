import { type TSchema, Type } from 'typebox';
import type { Page, PageRequest } from '../../../protocol/api/page.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

export const MAX_PAGE = 500;
const DEFAULT_PAGE = 100;

/** Query parameters of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};

export const PageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });

export function pageRequest({ limit, cursor }: { limit?: number; cursor?: string }): PageRequest {
  return { limit: limit ?? DEFAULT_PAGE, cursor };
}

/** A page with its items shown by `view`. */
export function mapPage<T, V>({ items, next }: Page<T>, view: (item: T) => V): Page<V> {
  return { items: items.map(view), next };
}

/**
 * A page of what is in memory, in the order of `positionOf` (which must be unique to an item).
 * @throws VigiaError bad_request for a cursor that is not one
 */
export function cutPage<T>(
  all: readonly T[],
  { limit, cursor }: PageRequest,
  positionOf: (item: T) => string,
): Page<T> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const rest = all
    .map((item) => ({ item, position: positionOf(item) }))
    .filter(({ position }) => after === null || position > after)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const last = rest[limit - 1];
  const isMore = rest.length > limit && last !== undefined;
  return { items: rest.slice(0, limit).map(({ item }) => item), next: isMore ? encodeCursor(last.position) : null };
}

function encodeCursor(position: string): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor(cursor: string): string {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof position === 'string') return position;
  } catch {
    // Falls through to the one sentence about cursors.
  }
  throw refused('bad_request', said('refused.cursor'));
}
