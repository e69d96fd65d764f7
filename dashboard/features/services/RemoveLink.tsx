import { useSignal } from '@preact/signals';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { t } from '../../words/i18n.ts';

interface RemoveLinkProps {
  readonly word: string;
  readonly sentence: string;
  readonly run: () => Promise<unknown>;
  readonly onDone: () => void;
}

/** Asks in place before something is taken away: a form is no place for a second dialog. */
export function RemoveLink({ word, sentence, run, onDone }: RemoveLinkProps) {
  const asking = useSignal(false);
  if (!asking.value) {
    return (
      <p>
        <button
          type="button"
          class="link"
          onClick={() => {
            asking.value = true;
          }}
        >
          {word}
        </button>
      </p>
    );
  }
  return (
    <div class="confirm">
      <p>{sentence}</p>
      <div class="dialog-actions">
        <button
          type="button"
          class="button button-plain"
          onClick={() => {
            asking.value = false;
          }}
        >
          {t('action.cancel')}
        </button>
        <ActionButton
          kind="danger"
          run={async () => {
            await run();
            onDone();
          }}
        >
          {word}
        </ActionButton>
      </div>
    </div>
  );
}
