import { useSignal } from '@preact/signals';
import { ConfirmInPlace } from '../../ui/ConfirmInPlace.tsx';

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
    <ConfirmInPlace
      sentence={sentence}
      word={word}
      onKeep={() => {
        asking.value = false;
      }}
      run={async () => {
        await run();
        onDone();
      }}
    />
  );
}
