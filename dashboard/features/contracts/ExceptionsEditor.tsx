import type { CalendarException } from '../../../protocol/api/contract.ts';
import { nowMs } from '../../data/clock.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { say } from '../../ui/Toasts.tsx';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { mergeExceptions } from '../../words/week.ts';
import { dateIn } from '../../words/zone.ts';
import { AddDay } from './AddDay.tsx';
import { DayInputs } from './DayInputs.tsx';
import { HolidayPicker } from './HolidayPicker.tsx';

interface ExceptionsProps {
  readonly exceptions: readonly CalendarException[];
  readonly onChange: (exceptions: CalendarException[]) => void;
}

/** Dates that differ from their weekday: closed, or with other hours. */
export function ExceptionsEditor({ exceptions, onChange }: ExceptionsProps) {
  const today = dateIn('UTC', nowMs.peek());
  const past = exceptions.filter(({ date }) => date < today);
  const coming = exceptions.filter(({ date }) => date >= today);
  const replace = (date: string, next: CalendarException | null) =>
    onChange(exceptions.flatMap((each) => (each.date === date ? (next ? [next] : []) : [each])));
  return (
    <div class="exceptions-editor">
      <h3>{t('exceptions.title')}</h3>
      {exceptions.length === 0 && <Nothing>{t('exceptions.none')}</Nothing>}
      {past.length > 0 && (
        <details>
          <summary>{t('exceptions.past', { count: past.length })}</summary>
          <Lines items={past} onReplace={replace} />
        </details>
      )}
      <Lines items={coming} onReplace={replace} />
      <AddDay
        labels={{ date: t('exceptions.date'), name: t('exceptions.name') }}
        allowed={() => true}
        onAdd={({ date, name }) =>
          onChange(mergeExceptions(exceptions, [{ date, name: name || t('calendar.closed'), hours: [] }]))
        }
      >
        {t('exceptions.add')}
      </AddDay>
      <HolidayPicker
        onAdd={(added) => {
          const known = new Set(exceptions.map(({ date }) => date));
          const fresh = added.filter(({ date }) => !known.has(date));
          onChange(mergeExceptions(exceptions, fresh));
          say(t('exceptions.added', { count: fresh.length }));
        }}
      />
    </div>
  );
}

interface LinesProps {
  readonly items: readonly CalendarException[];
  readonly onReplace: (date: string, next: CalendarException | null) => void;
}

function Lines({ items, onReplace }: LinesProps) {
  return (
    <ul class="exception-lines">
      {items.map((each) => (
        <li key={each.date}>
          <span class="exception-date">{dateText(each.date)}</span>
          <input
            aria-label={t('exceptions.nameOf', { date: dateText(each.date) })}
            value={each.name}
            maxLength={120}
            onInput={(event) => onReplace(each.date, { ...each, name: event.currentTarget.value })}
          />
          <DayInputs name={''} hours={each.hours} onChange={(hours) => onReplace(each.date, { ...each, hours })} />
          <button
            type="button"
            class="icon-button"
            aria-label={t('exceptions.remove', { date: dateText(each.date), name: each.name })}
            onClick={() => onReplace(each.date, null)}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
