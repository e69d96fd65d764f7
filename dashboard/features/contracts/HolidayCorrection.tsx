import { useSignal } from '@preact/signals';
import type { HolidayCorrectionInput, HolidayYear } from '../../../protocol/api/contract.ts';
import { sla } from '../../data/api-sla.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { say } from '../../ui/Toasts.tsx';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

interface HolidayCorrectionProps {
  readonly place: Pick<HolidayCorrectionInput, 'country' | 'region' | 'year'>;
  readonly found: HolidayYear;
  readonly onSaved: (year: HolidayYear) => void;
}

/** Where the list is wrong: a person takes days out and adds others, for every contract that is made later. */
export function HolidayCorrection({ place, found, onSaved }: HolidayCorrectionProps) {
  const before = found.corrected;
  const removed = useSignal<readonly string[]>(before?.removed ?? []);
  const added = useSignal<readonly { date: string; name: string }[]>(before?.added ?? []);
  const why = useSignal(before?.why ?? '');
  const date = useSignal('');
  const name = useSignal('');
  const isAdded = (day: string): boolean => added.value.some((one) => one.date === day);
  const known = found.items.filter((one) => one.type === 'public' && !isAdded(one.date));
  const gone = found.corrections.filter(({ kind, by }) => kind === 'removed' && by !== null);
  const days = [...known, ...gone].sort((a, b) => (a.date < b.date ? -1 : 1));
  const toggle = (day: string): void => {
    removed.value = removed.value.includes(day) ? removed.value.filter((one) => one !== day) : [...removed.value, day];
  };
  const save = async (input: Pick<HolidayCorrectionInput, 'added' | 'removed' | 'why'>): Promise<void> => {
    onSaved(await sla.correctHolidays({ ...place, ...input }));
    say(t('holidays.corrected', { year: String(place.year) }));
  };
  return (
    <details class="holiday-correction">
      <summary>{t('holidays.correct', { year: String(place.year) })}</summary>
      <p class="hint">{t('holidays.correctHint')}</p>
      <ul>
        {days.map((one) => (
          <li key={one.date}>
            <label>
              <input type="checkbox" checked={!removed.value.includes(one.date)} onChange={() => toggle(one.date)} />
              <span>{`${dateText(one.date)} ${one.name}`}</span>
            </label>
          </li>
        ))}
        {added.value.map((one) => (
          <li key={one.date}>
            <label>
              <input
                type="checkbox"
                checked
                onChange={() => {
                  added.value = added.value.filter((other) => other.date !== one.date);
                }}
              />
              <span>{`${dateText(one.date)} ${one.name}`}</span>
            </label>
          </li>
        ))}
      </ul>
      <div class="exception-add">
        <input
          type="date"
          aria-label={t('holidays.newDate')}
          min={`${place.year}-01-01`}
          max={`${place.year}-12-31`}
          value={date.value}
          onInput={(event) => {
            date.value = event.currentTarget.value;
          }}
        />
        <input
          aria-label={t('holidays.newName')}
          placeholder={t('holidays.newName')}
          maxLength={120}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <button
          type="button"
          class="button button-plain"
          disabled={date.value === '' || name.value.trim() === '' || isAdded(date.value)}
          onClick={() => {
            added.value = [...added.value, { date: date.value, name: name.value.trim() }];
            date.value = '';
            name.value = '';
          }}
        >
          {t('holidays.addDay')}
        </button>
      </div>
      <div class="exception-add">
        <input
          aria-label={t('holidays.why')}
          placeholder={t('holidays.why')}
          maxLength={500}
          value={why.value}
          onInput={(event) => {
            why.value = event.currentTarget.value;
          }}
        />
        <ActionButton
          disabled={why.value.trim() === '' || added.value.length + removed.value.length === 0}
          run={() => save({ added: [...added.value], removed: [...removed.value], why: why.value.trim() })}
        >
          {t('holidays.save')}
        </ActionButton>
        {before && (
          <ActionButton run={() => save({ added: [], removed: [], why: '' })}>{t('holidays.takeBack')}</ActionButton>
        )}
      </div>
    </details>
  );
}
