import { t } from '../words/i18n.ts';

interface FailureProps {
  /** What went wrong and what to do, in the server's own words where it is the server that refused. */
  readonly sentence: string;
  /** Tries once more; absent where a form is simply sent again. */
  readonly again?: () => void;
}

/** Something was refused or did not come: said at once also to those who do not see it. */
export function Failure({ sentence, again }: FailureProps) {
  return (
    <p class="failure" role="alert">
      {sentence}{' '}
      {again && (
        <button type="button" class="link" onClick={again}>
          {t('action.tryAgain')}
        </button>
      )}
    </p>
  );
}
