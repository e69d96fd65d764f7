import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import { useMedia } from './media.ts';
import { useVirtualRows } from './virtual.ts';

/** Where a row stands, to be spread on its element. */
export interface RowPlace {
  readonly 'aria-rowindex': number;
  readonly style: { readonly transform?: string; readonly height?: string };
}

interface VirtualBodyProps<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly rowPx: number;
  readonly row: (item: T, place: RowPlace) => VNode;
  /** Set to a function that brings a row on the screen. */
  readonly reveal?: { current: ((index: number) => void) | null };
}

const HEAD_PX = 60;

/** The body of a long table that scrolls with the window: only rows near the screen are there; on paper all are. */
export function VirtualBody<T>({ items, keyOf, rowPx, row, reveal }: VirtualBodyProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const topPx = useSignal(0);
  const isPrinted = useMedia('print');
  useLayoutEffect(() => {
    topPx.value = Math.round((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  });
  const heightOf = useCallback(() => rowPx, [rowPx]);
  const keyAt = useCallback(
    (index: number) => {
      const item = items[index];
      return item === undefined ? '' : keyOf(item);
    },
    [items, keyOf],
  );
  const virtual = useVirtualRows({
    count: items.length,
    rowPx: heightOf,
    keyOf: keyAt,
    topPx: topPx.value,
    coveredPx: HEAD_PX,
    measureKey: String(rowPx),
  });
  if (reveal) reveal.current = (index) => virtual.scrollToIndex(index, { align: 'auto' });
  const places = isPrinted
    ? items.map((_, index) => ({ index, style: {} }))
    : virtual.getVirtualItems().map(({ index, start, size }) => ({
        index,
        style: { transform: `translateY(${start - topPx.value}px)`, height: `${size}px` },
      }));
  return (
    <tbody
      ref={body}
      class={isPrinted ? 'rows-body rows-printed' : 'rows-body'}
      style={isPrinted ? {} : { height: `${virtual.getTotalSize()}px` }}
    >
      {places.map(({ index, style }) => {
        const item = items[index];
        return item === undefined ? null : row(item, { 'aria-rowindex': index + 2, style });
      })}
    </tbody>
  );
}
