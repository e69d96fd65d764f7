import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A ref for a native dialog that is modal as long as it is there; a click beside it closes it. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    const closeBeside = (event: MouseEvent) => event.target === element && element.close();
    element.addEventListener('click', closeBeside);
    return () => element.removeEventListener('click', closeBeside);
  }, []);
  return dialog;
}
