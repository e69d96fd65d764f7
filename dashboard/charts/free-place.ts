/** A stretch from top to bottom, in pixels; the top is the smaller number. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/**
 * The middle of a label of this height that covers none of `taken` and stays `within`: of those there are, the one nearest to
 * `wanted`. Null if there is no such place.
 */
export function freeMiddle(wanted: number, height: number, within: Span, taken: readonly Span[]): number | null {
  const half = height / 2;
  const isFree = (middle: number) =>
    middle - half >= within.top &&
    middle + half <= within.bottom &&
    taken.every(({ top, bottom }) => middle + half <= top || middle - half >= bottom);
  const edges = taken.flatMap(({ top, bottom }) => [top - half, bottom + half]);
  const free = [wanted, within.top + half, within.bottom - half, ...edges].filter(isFree);
  if (free.length === 0) return null;
  return free.reduce((best, middle) => (Math.abs(middle - wanted) < Math.abs(best - wanted) ? middle : best));
}
