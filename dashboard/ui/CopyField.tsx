import { useSignal } from '@preact/signals';
import { t } from '../words/i18n.ts';
import { Icon } from './Icon.tsx';

/** A line to copy: whole, selectable, with a button that says when it is done. */
export function CopyField({ text, label }: { text: string; label: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await copyText(text);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2500);
  };
  return (
    <div class="copy-field">
      <textarea
        class="copy-text"
        readOnly
        rows={2}
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class="button button-plain" onClick={() => void copy()}>
        <Icon name={copied.value ? 'check' : 'copy'} size={16} />
        <span aria-live="polite">{copied.value ? t('action.copied') : t('action.copy')}</span>
      </button>
    </div>
  );
}

/** The clipboard exists on https and on localhost only; elsewhere the old way does it. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
