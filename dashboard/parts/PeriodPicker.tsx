import { nowMs } from '../data/clock.ts';
import { type PeriodQuery, periodNames } from '../data/period.ts';
import { setQuery } from '../route/router.ts';
import { DateRange } from '../ui/DateInput.tsx';
import { Segmented } from '../ui/Segmented.tsx';
import { t } from '../words/i18n.ts';
import { dateIn } from '../words/zone.ts';

interface PickerProps {
  readonly query: PeriodQuery;
  /** The zone that days are cut in. */
  readonly timeZone: string;
}

/** Which period is looked at, and whether around the clock or in service hours; both stand in the address. */
export function PeriodPicker({ query, timeZone }: PickerProps) {
  const today = dateIn(timeZone, nowMs.peek());
  const days = {
    first: query.firstDay ?? (query.range ? dateIn(timeZone, Date.parse(query.range.from)) : ''),
    last: query.lastDay ?? (query.range ? dateIn(timeZone, Date.parse(query.range.to) - 1) : ''),
  };
  const choose = (name: string) =>
    setQuery({
      period: name === 'this_month' ? null : name,
      from: name === 'custom' ? `${today.slice(0, 8)}01` : null,
      to: name === 'custom' ? today : null,
      zoom: null,
    });
  const setDays = (first: string, last: string) => setQuery({ from: first, to: last, zoom: null });
  return (
    <div class="period-picker">
      <label class="period-select">
        <span class="sr">{t('period.label')}</span>
        <select class="select-plain" value={query.name} onChange={(event) => choose(event.currentTarget.value)}>
          {periodNames.map((name) => (
            <option key={name} value={name}>
              {t(`period.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {query.name === 'custom' && (
        <DateRange
          label={t('period.custom')}
          firstLabel={t('period.firstDay')}
          lastLabel={t('period.lastDay')}
          first={days.first}
          last={days.last}
          max={today}
          onChange={setDays}
        />
      )}
      <Segmented
        label={t('hours.label')}
        value={query.hours}
        options={[
          { value: 'always', label: t('hours.always') },
          { value: 'service', label: t('hours.service') },
        ]}
        onChange={(value) => setQuery({ hours: value === 'always' ? null : value })}
      />
    </div>
  );
}
