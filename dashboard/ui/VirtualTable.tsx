import { useSignal } from '@preact/signals';
import type { RefCallback, VNode } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { navigate } from '../route/router.ts';
import { useMedia } from './media.ts';
import { useVirtualRows } from './virtual.ts';

export interface Head {
  readonly id: string;
  readonly text: string;
  readonly class?: string;
  /** How the rows are sorted by it; absent where they cannot be. */
  readonly sort?: 'none' | 'ascending' | 'descending';
  readonly onSort?: () => void;
}

/** Where a row stands, to be spread on its element. */
export interface RowPlace {
  readonly 'aria-rowindex': number;
  readonly style: { readonly transform?: string; readonly height?: string };
}

interface BodyProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** The height of a row, px; it changes with `measureKey` or the items only. */
  readonly rowPx: (item: Item) => number;
  readonly measureKey: string;
  /** What stands fixed over the top of the window, px. */
  readonly coveredPx?: number;
  readonly row: (item: Item, place: RowPlace) => VNode;
  /** Set to a function that brings a row on the screen. */
  readonly reveal?: { current: ((index: number) => void) | null };
  /** Told which rows are near the screen, whenever they or `shownFor` are others. */
  readonly onShown?: (items: readonly Item[]) => void;
  readonly shownFor?: string;
  readonly body?: RefCallback<HTMLElement>;
}

interface VirtualTableProps<Item> extends BodyProps<Item> {
  readonly label: string;
  readonly class: string;
  /** The class of every row, which lays out its cells: those of the head too. */
  readonly rowClass: string;
  readonly heads: readonly Head[];
}

const HEAD_PX = 60;

/** A long table that scrolls with the window: only rows near the screen are there; on paper all are. */
export function VirtualTable<Item>({ label, class: kind, rowClass, heads, ...body }: VirtualTableProps<Item>) {
  return (
    <table class={`rows ${kind}`} aria-label={label} aria-rowcount={body.items.length + 1}>
      <thead class="rows-head">
        <tr class={rowClass} aria-rowindex={1}>
          {heads.map((head) => (
            <ColumnHead key={head.id} head={head} />
          ))}
        </tr>
      </thead>
      <VirtualBody {...body} />
    </table>
  );
}

const arrows = { none: '', ascending: '↑', descending: '↓' };

function ColumnHead({ head: { text, sort, onSort, class: kind } }: { head: Head }) {
  if (sort === undefined) {
    return (
      <th scope="col" class={kind}>
        {text}
      </th>
    );
  }
  return (
    <th scope="col" class={kind} aria-sort={sort}>
      <button type="button" class="sort" onClick={onSort}>
        {text}
        <span class="sort-arrow" aria-hidden="true">
          {arrows[sort]}
        </span>
      </button>
    </th>
  );
}

function VirtualBody<Item>(props: BodyProps<Item>) {
  const { items, keyOf, rowPx, measureKey, coveredPx = HEAD_PX, row, reveal, onShown, shownFor, body: onBody } = props;
  const body = useRef<HTMLTableSectionElement | null>(null);
  const setBody = useCallback(
    (element: HTMLTableSectionElement | null) => {
      body.current = element;
      onBody?.(element);
    },
    [onBody],
  );
  const topPx = useSignal(0);
  const isPrinted = useMedia('print');
  useLayoutEffect(() => {
    topPx.value = Math.round((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  });
  // The list measures itself anew whenever these change, so they change with what they are made from only.
  const heightOf = useCallback(at(items, rowPx, 0), [items, measureKey]);
  const keyAt = useCallback(at(items, keyOf, ''), [items]);
  const virtual = useVirtualRows({
    count: items.length,
    rowPx: heightOf,
    keyOf: keyAt,
    topPx: topPx.value,
    coveredPx,
    measureKey,
  });
  if (reveal) reveal.current = (index) => virtual.scrollToIndex(index, { align: 'auto' });
  const drawn = virtual.getVirtualItems();
  const places = isPrinted
    ? items.map((_, index) => ({ index, style: {} }))
    : drawn.map(({ index, start, size }) => ({
        index,
        style: { transform: `translateY(${start - topPx.value}px)`, height: `${size}px` },
      }));
  const shownKey = drawn.map(({ key }) => key).join();
  // the key names the rows
  useEffect(() => onShown?.(drawn.flatMap(({ index }) => items.slice(index, index + 1))), [shownKey, shownFor]);
  return (
    <tbody
      ref={setBody}
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

const at =
  <Item, Value>(items: readonly Item[], of: (item: Item) => Value, none: Value) =>
  (index: number): Value => {
    const item = items[index];
    return item === undefined ? none : of(item);
  };

/** For a row that opens something: a click anywhere on it does, unless it is on a link, a button, or marks text. */
export function opens(href: string): (event: MouseEvent) => void {
  return ({ target }) => {
    if (target instanceof Element && !target.closest('a, button') && !window.getSelection()?.toString()) navigate(href);
  };
}
