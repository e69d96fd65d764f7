import { useId } from 'preact/hooks';
import type { Calendar, OpenHours } from '../../../protocol/api/contract.ts';
import { hoursText } from '../../data/contract-draft.ts';
import { WeekGrid } from '../../parts/WeekGrid.tsx';
import { Field } from '../../ui/Field.tsx';
import { weekdayName } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { drawHours, hoursOf, type Weekday, weekdays, weekMinutes, withHours } from '../../words/week.ts';
import { knownZones } from '../../words/zone.ts';
import { DayInputs } from './DayInputs.tsx';
import { ExceptionsEditor } from './ExceptionsEditor.tsx';

interface CalendarEditorProps {
  readonly calendar: Calendar;
  readonly onChange: (calendar: Calendar) => void;
}

/** Service hours: drawn over the week with a pointer, or typed day by day; and the dates that differ. */
export function CalendarEditor({ calendar, onChange }: CalendarEditorProps) {
  const zones = useId();
  const { weekly } = calendar;
  const setDay = (weekday: Weekday, hours: readonly OpenHours[]) =>
    onChange({ ...calendar, weekly: withHours(weekly, weekday, hours) });
  const copyMonday = () => {
    const monday = hoursOf(weekly, 1);
    onChange({
      ...calendar,
      weekly: ([2, 3, 4, 5] as const).reduce((week, weekday) => withHours(week, weekday, monday), weekly),
    });
  };
  return (
    <div class="calendar-editor">
      <Field label={t('calendar.zone')} hint={t('calendar.zoneHint')}>
        {(id, describedBy) => (
          <>
            <input
              id={id}
              aria-describedby={describedBy}
              list={zones}
              autoComplete="off"
              required
              value={calendar.timeZone}
              onInput={(event) => onChange({ ...calendar, timeZone: event.currentTarget.value.trim() })}
            />
            <datalist id={zones}>
              {knownZones().map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <div class="calendar-head">
        <h3>
          {t('calendar.week')}{' '}
          <span class="quiet">{t('calendar.aWeek', { hours: hoursText(weekMinutes(weekly)) })}</span>
        </h3>
        <button type="button" class="link" onClick={copyMonday}>
          {t('calendar.copyMonday')}
        </button>
      </div>
      <WeekGrid
        weekly={weekly}
        onDraw={(weekday, hours) => setDay(weekday, drawHours(hoursOf(weekly, weekday), hours))}
      />
      <p class="hint">{t('calendar.drawHint')}</p>
      <div class="week-inputs">
        {weekdays.map((weekday) => (
          <DayInputs
            key={weekday}
            name={weekdayName(weekday, 'long')}
            hours={hoursOf(weekly, weekday)}
            onChange={(hours) => setDay(weekday, hours)}
          />
        ))}
      </div>
      <ExceptionsEditor
        exceptions={calendar.exceptions}
        onChange={(exceptions) => onChange({ ...calendar, exceptions })}
      />
    </div>
  );
}
