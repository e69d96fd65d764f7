import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useRef } from 'preact/hooks';
import { holdOrder } from './select.ts';

interface HoldOptions<T> {
  readonly next: readonly T[];
  readonly idOf: (item: T) => string;
  /** Finds what the filter would now drop. */
  readonly known: (id: string) => T | undefined;
  /** Another question (sort, filter) takes its new order at once. */
  readonly question: string;
}

interface Held<T> {
  readonly items: readonly T[];
  /** True while the order shown is not the present one. */
  readonly isHeld: boolean;
  readonly ref: (element: HTMLElement | null) => void;
}

/** Keeps rows in their places while a pointer or the focus is among them; `ref` goes to the element that holds them. */
export function useHeldOrder<T>({ next, idOf, known, question }: HoldOptions<T>): Held<T> {
  const hasPointer = useSignal(false);
  const hasFocus = useSignal(false);
  const shown = useRef<{ ids: string[]; question: string }>({ ids: [], question });
  const leave = useRef<AbortController | null>(null);
  const ref = useCallback(
    (element: HTMLElement | null) => {
      leave.current?.abort();
      if (!element) return;
      leave.current = new AbortController();
      const { signal } = leave.current;
      const on = (event: string, flag: Signal<boolean>, value: boolean) =>
        element.addEventListener(
          event,
          () => {
            flag.value = value;
          },
          { signal },
        );
      on('pointerenter', hasPointer, true);
      on('pointerleave', hasPointer, false);
      on('focusin', hasFocus, true);
      on('focusout', hasFocus, false);
    },
    [hasPointer, hasFocus],
  );
  const holds = (hasPointer.value || hasFocus.value) && shown.current.question === question;
  const items = holds ? holdOrder(shown.current.ids, next, idOf, known) : next;
  shown.current = { ids: items.map(idOf), question };
  return { items, isHeld: holds && items.some((item, index) => item !== next[index]), ref };
}
