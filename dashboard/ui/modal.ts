import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** What had the focus before the first of the dialogs that follow one another. */
let opener: Element | null = null;

/**
 * A ref for a native dialog that is modal as long as it is there; a click beside it closes it. The browser gives the focus back
 * when a dialog closes, but not when it is taken away, as after it did what it asked for: that is done here.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const before = document.activeElement === document.body ? opener : document.activeElement;
    opener = before;
    element.showModal();
    const closeBeside = (event: MouseEvent) => event.target === element && element.close();
    element.addEventListener('click', closeBeside);
    return () => {
      element.removeEventListener('click', closeBeside);
      // It still stands there, and makes everything else inert.
      queueMicrotask(() => giveBack(before));
    };
  }, []);
  return dialog;
}

function giveBack(before: Element | null): void {
  if (document.querySelector('dialog[open]')) return;
  opener = null;
  if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
}
