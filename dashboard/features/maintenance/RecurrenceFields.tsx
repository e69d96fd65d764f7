import { toggled } from '../../data/toggled.ts';
import { DateField } from '../../ui/DateInput.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';
import { nths, type Recurrence, toRrule, weekdays } from './recurrence.ts';
import { nthWord, weekdayName } from './window-words.ts';

const kinds = ['once', 'weekly', 'monthly', 'raw'] as const;

interface RecurrenceFieldsProps {
  readonly value: Recurrence;
  readonly onChange: (value: Recurrence) => void;
}

/** How often a window comes back: the usual ways as choices, every other as a rule of RFC 5545. */
export function RecurrenceFields({ value, onChange }: RecurrenceFieldsProps) {
  const set = (change: Partial<Recurrence>) => onChange({ ...value, ...change });
  const { kind } = value;
  return (
    <fieldset class="recurrence">
      <legend class="sr">{t('maintenance.repeats')}</legend>
      <div class="form-pair">
        <SelectField
          label={t('maintenance.repeats')}
          value={kind}
          options={kinds.map((name) => ({ value: name, label: t(`recurrence.${name}`) }))}
          onChange={(next) => set({ kind: next, ...(next === 'raw' && { raw: toRrule(value) ?? '' }) })}
        />
        {(kind === 'weekly' || kind === 'monthly') && (
          <TextField
            label={t(`recurrence.every.${kind}`)}
            type="number"
            min={1}
            max={52}
            value={String(value.interval)}
            onInput={(text) => set({ interval: Math.max(1, Number(text) || 1) })}
          />
        )}
      </div>
      {kind === 'weekly' && <Weekdays value={value} onChange={onChange} />}
      {kind === 'monthly' && (
        <div class="form-pair">
          <SelectField
            label={t('recurrence.which')}
            value={String(value.nth)}
            options={nths.map((nth) => ({ value: String(nth), label: nthWord(nth) }))}
            onChange={(text) => set({ nth: Number(text) })}
          />
          <SelectField
            label={t('recurrence.weekday')}
            value={String(value.weekday)}
            options={weekdays.map((weekday) => ({ value: String(weekday), label: weekdayName(weekday) }))}
            onChange={(text) => set({ weekday: Number(text) })}
          />
        </div>
      )}
      {kind === 'raw' ? (
        <TextField
          label={t('recurrence.rule')}
          hint={t('recurrence.ruleHint')}
          value={value.raw}
          autoComplete="off"
          placeholder="FREQ=MONTHLY;BYDAY=2TU"
          onInput={(raw) => set({ raw })}
        />
      ) : (
        kind !== 'once' && (
          <DateField label={t('recurrence.until')} value={value.until} onChange={(until) => set({ until })} />
        )
      )}
    </fieldset>
  );
}

function Weekdays({ value, onChange }: RecurrenceFieldsProps) {
  const toggle = (weekday: number) => onChange({ ...value, weekdays: toggled(value.weekdays, weekday).sort() });
  return (
    <fieldset class="chips">
      <legend class="sr">{t('recurrence.weekday')}</legend>
      {weekdays.map((weekday) => (
        <button
          key={weekday}
          type="button"
          class="chip"
          aria-pressed={value.weekdays.includes(weekday)}
          aria-label={weekdayName(weekday)}
          onClick={() => toggle(weekday)}
        >
          {weekdayName(weekday, 'short')}
        </button>
      ))}
    </fieldset>
  );
}
