import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../words/i18n.ts';
import { Icon } from './Icon.tsx';
import { useModal } from './modal.ts';

interface DialogProps {
  readonly title: string;
  /** It has closed. */
  readonly onClose: () => void;
  /** What it holds; or a function that is given a way to close it. */
  readonly children: ComponentChildren | ((close: () => void) => ComponentChildren);
  readonly class?: string;
  /** Without a head: what it holds says what it is, and the title is for those who do not see it. */
  readonly bare?: boolean;
}

/**
 * A native modal dialog, open as long as it is there: Escape and a click beside it close it, the focus stays inside, and goes
 * back to where it was.
 */
export function Dialog({ title, onClose, children, bare = false, class: extra = '' }: DialogProps) {
  const dialog = useModal();
  const titleId = useId();
  const close = () => dialog.current?.close();
  const inside = typeof children === 'function' ? children(close) : children;
  if (bare) {
    return (
      <dialog ref={dialog} class={extra} aria-label={title} onClose={onClose}>
        {inside}
      </dialog>
    );
  }
  return (
    <dialog
      ref={dialog}
      class={`dialog ${extra}`}
      aria-labelledby={titleId}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t('action.close')} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {inside}
      </div>
    </dialog>
  );
}
