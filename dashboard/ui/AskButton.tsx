import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ConfirmDialog } from './ConfirmDialog.tsx';

interface AskButtonProps {
  readonly label: string;
  readonly kind?: 'plain' | 'danger' | 'link';
  readonly title?: string;
  /** What the button in the dialog says; the same word where it is not given. */
  readonly word?: string;
  /** Whether the answer is good enough to be sent. */
  readonly ready?: boolean;
  /** The dialog is about to open: what stands in it may begin anew. */
  readonly onOpen?: () => void;
  readonly run: () => Promise<unknown>;
  readonly children: ComponentChildren;
}

/** A button that asks something before it acts; it closes when the server agreed. */
export function AskButton({ label, kind = 'plain', title = label, word = label, onOpen, ...dialog }: AskButtonProps) {
  const open = useSignal(false);
  return (
    <>
      <button
        type="button"
        class={kind === 'link' ? 'link' : 'button button-plain'}
        onClick={() => {
          onOpen?.();
          open.value = true;
        }}
      >
        {label}
      </button>
      {open.value && (
        <ConfirmDialog
          {...dialog}
          title={title}
          word={word}
          harmless={kind !== 'danger'}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </>
  );
}
