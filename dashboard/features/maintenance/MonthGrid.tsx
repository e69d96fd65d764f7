import { nowMinuteMs } from '../../data/clock.ts';
import type { Planned } from '../../data/desk-api.ts';
import { day as dayWords } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import type { GridDay } from './month-grid.ts';
import { Occurrence } from './Occurrence.tsx';
import { weekdays } from './recurrence.ts';
import { weekdayName } from './window-words.ts';

interface DaysProps {
  readonly days: readonly GridDay<Planned>[];
  readonly onChoose: (windowId: string) => void;
}

/** The month as weeks, Monday first. */
export function MonthGrid({ days, onChoose }: DaysProps) {
  const weeks = Array.from({ length: days.length / 7 }, (_, index) => days.slice(index * 7, index * 7 + 7));
  return (
    <table class="card month-grid">
      <thead>
        <tr>
          {weekdays.map((weekday) => (
            <th key={weekday} scope="col">
              <abbr title={weekdayName(weekday)}>{weekdayName(weekday, 'short')}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]?.fromMs}>
            {week.map((day) => (
              <Day key={day.fromMs} day={day} onChoose={onChoose} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({ day, onChoose }: { day: GridDay<Planned>; onChoose: (windowId: string) => void }) {
  const isToday = day.fromMs <= nowMinuteMs.value && nowMinuteMs.value < day.toMs;
  return (
    <td class={`month-day${day.inMonth ? '' : ' beyond'}${isToday ? ' today' : ''}`}>
      <span class="month-date">
        <span aria-hidden="true">{new Date(day.fromMs).getDate()}</span>
        <span class="sr">
          {dayWords(day.fromMs)} {isToday && t('strip.today')}
        </span>
      </span>
      {day.items.map((planned) => (
        <Occurrence
          key={`${planned.windowId}${planned.from}`}
          planned={planned}
          onChoose={onChoose}
          compact
          dayFromMs={day.fromMs}
          dayToMs={day.toMs}
        />
      ))}
    </td>
  );
}
