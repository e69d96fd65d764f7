import { useSubmit } from '../data/use-submit.ts';
import { t } from '../words/i18n.ts';
import { Failure } from './Failure.tsx';

interface ConfirmInPlaceProps {
  readonly sentence: string;
  /** What the button that does it says. */
  readonly word: string;
  /** What the button that does not says. */
  readonly keep?: string;
  readonly run: () => Promise<unknown>;
  readonly onKeep: () => void;
}

/** Asks where one stands before something is taken away: inside a dialog or a form is no place for a second dialog. */
export function ConfirmInPlace({ sentence, word, keep = t('action.cancel'), run, onKeep }: ConfirmInPlaceProps) {
  const { busy, error, onSubmit } = useSubmit(run);
  return (
    <div class="confirm">
      <p>{sentence}</p>
      {error && <Failure sentence={error} />}
      <div class="form-buttons form-buttons-end">
        <button type="button" class="button button-plain" onClick={onKeep}>
          {keep}
        </button>
        <button type="button" class="button button-danger" disabled={busy} onClick={onSubmit}>
          {word}
        </button>
      </div>
    </div>
  );
}
