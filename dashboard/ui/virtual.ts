import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

interface VirtualOptions {
  readonly count: number;
  readonly rowPx: (index: number) => number;
  readonly keyOf: (index: number) => string;
  /** Where the list begins on the page, px. */
  readonly topPx: number;
  /** What stands fixed over the top of the window, px. */
  readonly coveredPx: number;
  /** Changes when every row has a new height. */
  readonly measureKey: string;
}

const OVERSCAN = 8;

/** Rows of a list that scrolls with the window; only those near the screen are drawn. */
export function useVirtualRows({ count, rowPx, keyOf, topPx, coveredPx, measureKey }: VirtualOptions) {
  const [, draw] = useReducer((turn: number) => turn + 1, 0);
  const options = {
    count,
    getScrollElement: () => window,
    estimateSize: rowPx,
    getItemKey: keyOf,
    scrollToFn: windowScroll,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    initialOffset: () => window.scrollY,
    scrollMargin: topPx,
    scrollPaddingStart: coveredPx,
    overscan: OVERSCAN,
    onChange: () => draw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  // the key stands for what the heights are made from
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, measureKey, count]);
  return virtualizer;
}
