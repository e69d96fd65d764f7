import type { CalendarException } from '../../protocol/api/contract.ts';
import { Nothing } from '../ui/Nothing.tsx';
import { dateText } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import { hoursListText } from '../words/sla-text.ts';

const SHOWN = 8;

/** The dates to come that differ from their weekday. */
export function UpcomingExceptions({ exceptions, today }: { exceptions: readonly CalendarException[]; today: string }) {
  const coming = exceptions.filter(({ date }) => date >= today).sort((a, b) => (a.date < b.date ? -1 : 1));
  if (coming.length === 0) return <Nothing>{t('exceptions.noneComing')}</Nothing>;
  return (
    <>
      <ul class="exceptions">
        {coming.slice(0, SHOWN).map((each) => (
          <li key={each.date}>
            <span>{dateText(each.date)}</span>
            <span>{each.name}</span>
            <span class="quiet">{hoursListText(each.hours)}</span>
          </li>
        ))}
      </ul>
      {coming.length > SHOWN && <p class="quiet">{t('exceptions.more', { count: coming.length - SHOWN })}</p>}
    </>
  );
}
