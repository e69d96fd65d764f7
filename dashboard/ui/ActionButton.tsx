import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { sentenceOf } from '../data/api.ts';
import { say } from './Toasts.tsx';

interface ActionButtonProps {
  readonly run: () => Promise<unknown>;
  readonly children: ComponentChildren;
  readonly kind?: 'primary' | 'plain' | 'danger' | 'link';
  readonly title?: string;
  readonly label?: string;
  readonly disabled?: boolean;
}

/** A button that works on the server: busy while it does, and a refusal is said in the server's own sentence. */
export function ActionButton({ run, children, kind = 'plain', title, label, disabled = false }: ActionButtonProps) {
  const busy = useSignal(false);
  const click = () => {
    busy.value = true;
    run()
      .catch((error: unknown) => say(sentenceOf(error), 'error'))
      .finally(() => {
        busy.value = false;
      });
  };
  return (
    <button
      type="button"
      class={kind === 'link' ? 'link' : `button button-${kind}`}
      disabled={busy.value || disabled}
      onClick={click}
      title={title}
      aria-label={label}
    >
      {children}
    </button>
  );
}
