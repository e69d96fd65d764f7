import type { Planned } from '../../data/desk-api.ts';
import { day as dayWords } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import type { GridDay } from './month-grid.ts';
import { Occurrence } from './Occurrence.tsx';

interface AgendaProps {
  readonly days: readonly GridDay<Planned>[];
  readonly onChoose: (windowId: string) => void;
}

/** The days of the month that have something planned, one below the other. */
export function Agenda({ days, onChoose }: AgendaProps) {
  const busy = days.filter(({ inMonth, items }) => inMonth && items.length > 0);
  if (busy.length === 0) return <p class="card nothing">{t('maintenance.nothingPlanned')}</p>;
  return (
    <ol class="card agenda">
      {busy.map((day) => (
        <li key={day.fromMs}>
          <h3>{dayWords(day.fromMs)}</h3>
          <div class="agenda-items">
            {day.items.map((planned) => (
              <Occurrence
                key={`${planned.windowId}${planned.from}`}
                planned={planned}
                onChoose={onChoose}
                dayFromMs={day.fromMs}
                dayToMs={day.toMs}
              />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
