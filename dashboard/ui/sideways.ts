import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

const MARGIN_PX = 16;

/**
 * Scrolls a row of choices, wider than a phone, to the one that is chosen: when it is first shown and whenever `key` changes.
 * Nothing else on the page moves.
 */
export function useChosenInSight(row: RefObject<HTMLElement | null>, key: string): void {
  useLayoutEffect(() => {
    const list = row.current;
    const chosen = list?.querySelector('[aria-current], [aria-pressed="true"]');
    if (!list || !chosen) return;
    const [outer, inner] = [list.getBoundingClientRect(), chosen.getBoundingClientRect()];
    if (inner.right > outer.right) list.scrollLeft += inner.right - outer.right + MARGIN_PX;
    else if (inner.left < outer.left) list.scrollLeft -= outer.left - inner.left + MARGIN_PX;
  }, [key]);
}
