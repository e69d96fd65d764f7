import type { DutySaturday } from '../../../protocol/api/contract.ts';
import { nowMs } from '../../data/clock.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { isSaturday, nextSaturday } from '../../words/week.ts';
import { dateIn } from '../../words/zone.ts';
import { AddDay } from './AddDay.tsx';
import type { CardProps } from './card.ts';
import { Flag } from './Fields.tsx';

/** The Saturdays on which somebody is on duty, date by date. */
export function DutySaturdays({ terms, change }: CardProps) {
  const { dutySaturdays, calendar } = terms;
  const today = dateIn(calendar.timeZone || 'UTC', nowMs.peek());
  const coming = dutySaturdays.filter(({ date }) => date >= today);
  const set = (next: readonly DutySaturday[]) =>
    change({ dutySaturdays: next.toSorted((a, b) => (a.date < b.date ? -1 : 1)) });
  const past = dutySaturdays.length - coming.length;
  return (
    <div class="exceptions-editor">
      <h3>{t('duty.title')}</h3>
      <p class="hint">{t('duty.hint')}</p>
      {past > 0 && <p class="quiet">{t('duty.past', { count: past })}</p>}
      {coming.length === 0 ? (
        <Nothing>{t('duty.none')}</Nothing>
      ) : (
        <ul class="exception-lines">
          {coming.map(({ date, person }) => (
            <li key={date} class="duty-line">
              <span class="exception-date">{dateText(date)}</span>
              <input
                aria-label={t('duty.personOf', { date: dateText(date) })}
                value={person}
                maxLength={120}
                onInput={(event) =>
                  set(
                    dutySaturdays.map((each) =>
                      each.date === date ? { date, person: event.currentTarget.value } : each,
                    ),
                  )
                }
              />
              <button
                type="button"
                class="icon-button"
                aria-label={t('duty.remove', { date: dateText(date) })}
                onClick={() => set(dutySaturdays.filter((each) => each.date !== date))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddDay
        labels={{ date: t('duty.date'), name: t('duty.person') }}
        first={nextSaturday(coming.at(-1)?.date ?? today, coming.length > 0)}
        allowed={({ date, name }) => isSaturday(date) && name !== ''}
        onAdd={({ date, name }) => set([...dutySaturdays.filter((each) => each.date !== date), { date, person: name }])}
      >
        {t('duty.add')}
      </AddDay>
      {terms.saturday && (
        <Flag
          label={t('contract.saturday')}
          hint={t('contract.saturdayHint')}
          checked={terms.saturday}
          onChange={(saturday) => change({ saturday })}
        />
      )}
    </div>
  );
}
