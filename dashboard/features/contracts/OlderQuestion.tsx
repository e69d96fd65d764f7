import type { ClocksFrom, OlderIncidents } from '../../../protocol/api/contract.ts';
import { t } from '../../words/i18n.ts';

interface OlderQuestionProps {
  readonly older: OlderIncidents;
  readonly answer: ClocksFrom | null;
  readonly onAnswer: (from: ClocksFrom) => void;
}

const answers = [
  { from: 'today', label: 'older.today', hint: 'older.todayHint' },
  { from: 'then', label: 'older.then', hint: 'older.thenHint' },
] as const;

/** A contract with a past first day asks before it breaches what is older. */
export function OlderQuestion({ older: { count, late }, answer, onAnswer }: OlderQuestionProps) {
  const get = t('older.get', { count });
  return (
    <fieldset class="kinds older-question">
      <legend>{t('older.title')}</legend>
      <p>{late > 0 ? t('older.late', { get, late }) : t('older.noneLate', { get })}</p>
      {answers.map(({ from, label, hint }) => (
        <label key={from} class="kind">
          <input
            type="radio"
            name="clocks-from"
            value={from}
            checked={answer === from}
            onChange={() => onAnswer(from)}
          />
          <span>
            <strong>{t(label)}</strong>
            <span class="hint">{t(hint)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
