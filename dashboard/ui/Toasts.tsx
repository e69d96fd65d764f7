import { signal } from '@preact/signals';
import { t } from '../words/i18n.ts';
import { Icon } from './Icon.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'error';
}

const toasts = signal<readonly Toast[]>([]);
const STAY_MS = 6000;
let lastId = 0;

const dismiss = (id: number) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
};

/** Says a sentence at the edge of the screen. Errors stay until they are closed. */
export function say(text: string, kind: Toast['kind'] = 'done'): void {
  lastId += 1;
  const toast = { id: lastId, text, kind };
  toasts.value = [...toasts.value.slice(-3), toast];
  if (kind === 'done') setTimeout(() => dismiss(toast.id), STAY_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.kind}`}>
          <Icon name={toast.kind === 'done' ? 'check' : 'warning'} />
          <span>{toast.text}</span>
          <button type="button" class="icon-button" aria-label={t('action.close')} onClick={() => dismiss(toast.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
