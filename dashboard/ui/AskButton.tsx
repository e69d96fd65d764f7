import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ActionButton } from './ActionButton.tsx';
import { Dialog } from './Dialog.tsx';

interface AskButtonProps {
  readonly label: string;
  readonly kind?: 'plain' | 'danger' | 'link';
  readonly title?: string;
  /** Whether the answer is good enough to be sent. */
  readonly ready?: boolean;
  readonly run: () => Promise<unknown>;
  readonly children: ComponentChildren;
}

/** A button that asks something before it acts; it closes when the server agreed. */
export function AskButton({ label, kind = 'plain', title = label, ready = true, run, children }: AskButtonProps) {
  const open = useSignal(false);
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <button
        type="button"
        class={kind === 'link' ? 'link' : `button button-${kind}`}
        onClick={() => {
          open.value = true;
        }}
      >
        {label}
      </button>
      {open.value && (
        <Dialog title={title} onClose={close}>
          {children}
          <div class="dialog-actions">
            <ActionButton
              kind={kind === 'danger' ? 'danger' : 'primary'}
              disabled={!ready}
              run={async () => {
                await run();
                close();
              }}
            >
              {label}
            </ActionButton>
          </div>
        </Dialog>
      )}
    </>
  );
}
