import { useSignal } from '@preact/signals';
import type { OpenHours } from '../../../protocol/api/contract.ts';
import { Icon } from '../../ui/Icon.tsx';
import { t } from '../../words/i18n.ts';
import { hoursFault, readClock } from '../../words/week.ts';

interface DayInputsProps {
  readonly name: string;
  readonly hours: readonly OpenHours[];
  readonly onChange: (hours: OpenHours[]) => void;
}

/** The hours of one day as fields; what ends before it begins, or overlaps, says so. */
export function DayInputs({ name, hours, onChange }: DayInputsProps) {
  const replace = (index: number, next: OpenHours) => onChange(hours.map((each, at) => (at === index ? next : each)));
  const next = hours.at(-1)?.to ?? '08:00';
  return (
    <div class="day-inputs">
      <span class="day-name">{name}</span>
      <div class="day-hours">
        {hours.length === 0 && <span class="quiet">{t('calendar.closed')}</span>}
        {hours.map((each, index) => {
          const fault = hoursFault(hours, index);
          return (
            <span key={`${index} ${hours.length}`} class="hours-pair">
              <ClockInput
                label={t('calendar.opens', { day: name })}
                value={each.from}
                isWrong={fault !== null}
                onChange={(from) => replace(index, { ...each, from })}
              />
              <span aria-hidden="true">–</span>
              <ClockInput
                label={t('calendar.closes', { day: name })}
                value={each.to}
                isWrong={fault !== null}
                onChange={(to) => replace(index, { ...each, to })}
              />
              <button
                type="button"
                class="icon-button"
                aria-label={t('calendar.removeHours', { day: name, from: each.from, to: each.to })}
                onClick={() => onChange(hours.filter((_, at) => at !== index))}
              >
                <Icon name="close" size={14} />
              </button>
              {fault && <span class="hours-fault">{t(`calendar.${fault}`)}</span>}
            </span>
          );
        })}
        {next !== '24:00' && (
          <button
            type="button"
            class="link"
            aria-label={t('calendar.addTo', { day: name })}
            onClick={() => onChange([...hours, { from: next, to: next < '17:00' ? '17:00' : '24:00' }])}
          >
            {t('calendar.addHours')}
          </button>
        )}
      </div>
    </div>
  );
}

interface ClockInputProps {
  readonly label: string;
  readonly value: string;
  readonly isWrong: boolean;
  readonly onChange: (clock: string) => void;
}

/** A time of day as people type it, taken when the field is left: `8`, `1730` and `24:00` are understood. */
function ClockInput({ label, value, isWrong, onChange }: ClockInputProps) {
  const typed = useSignal<string | null>(null);
  const take = () => {
    const clock = readClock(typed.value ?? value);
    typed.value = null;
    if (clock !== null && clock !== value) onChange(clock);
  };
  return (
    <input
      class="clock-input"
      aria-label={label}
      aria-invalid={isWrong ? 'true' : undefined}
      inputMode="numeric"
      autoComplete="off"
      maxLength={5}
      value={typed.value ?? value}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
      }}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        take();
      }}
    />
  );
}
