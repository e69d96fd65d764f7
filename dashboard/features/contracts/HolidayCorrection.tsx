import { useSignal } from '@preact/signals';
import type { HolidayCorrectionInput, HolidayYear } from '../../../protocol/api/contract.ts';
import { sla } from '../../data/api-sla.ts';
import { toggled } from '../../data/toggled.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { say } from '../../ui/Toasts.tsx';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { AddDay } from './AddDay.tsx';
import { Check } from './Fields.tsx';

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
  const isAdded = (day: string): boolean => added.value.some((one) => one.date === day);
  const known = found.items.filter((one) => one.type === 'public' && !isAdded(one.date));
  const gone = found.corrections.filter(({ kind, by }) => kind === 'removed' && by !== null);
  const days = [...known, ...gone].sort((a, b) => (a.date < b.date ? -1 : 1));
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
          <DayTick
            key={one.date}
            day={one}
            checked={!removed.value.includes(one.date)}
            onToggle={() => {
              removed.value = toggled(removed.value, one.date);
            }}
          />
        ))}
        {added.value.map((one) => (
          <DayTick
            key={one.date}
            day={one}
            checked
            onToggle={() => {
              added.value = added.value.filter((other) => other.date !== one.date);
            }}
          />
        ))}
      </ul>
      <AddDay
        labels={{ date: t('holidays.newDate'), name: t('holidays.newName') }}
        min={`${place.year}-01-01`}
        max={`${place.year}-12-31`}
        allowed={({ date, name }) => name !== '' && !isAdded(date)}
        onAdd={(day) => {
          added.value = [...added.value, day];
        }}
      >
        {t('holidays.addDay')}
      </AddDay>
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

interface DayTickProps {
  readonly day: { readonly date: string; readonly name: string };
  readonly checked: boolean;
  readonly onToggle: () => void;
}

function DayTick({ day: { date, name }, checked, onToggle }: DayTickProps) {
  return (
    <li>
      <Check label={`${dateText(date)} ${name}`} checked={checked} onChange={onToggle} />
    </li>
  );
}
