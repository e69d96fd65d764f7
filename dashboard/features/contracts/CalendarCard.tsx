import { useSignal } from '@preact/signals';
import { sites } from '../../data/store.ts';
import { SelectField } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';
import { CalendarEditor } from './CalendarEditor.tsx';
import type { CardProps } from './card.ts';
import { DutySaturdays } from './DutySaturdays.tsx';

/** Service hours of the client and of sites with their own. */
export function CalendarCard({ clientId, terms, change }: CardProps & { clientId: string }) {
  const shown = useSignal('');
  const own = [...sites.value.values()].filter((site) => site.clientId === clientId);
  const siteId = shown.value;
  const calendar = siteId === '' ? terms.calendar : terms.siteCalendars[siteId];
  return (
    <section class="card form">
      <h2>{t('calendar.heading')}</h2>
      {own.length > 0 && (
        <SelectField
          label={t('calendar.of')}
          value={siteId}
          options={[
            { value: '', label: t('calendar.ofClient') },
            ...own.map(({ id, name }) => ({
              value: id,
              label: terms.siteCalendars[id] ? t('calendar.ownOf', { site: name }) : name,
            })),
          ]}
          onChange={(next) => {
            shown.value = next;
          }}
        />
      )}
      {calendar ? (
        <CalendarEditor
          key={siteId}
          calendar={calendar}
          onChange={(next) =>
            change(siteId === '' ? { calendar: next } : { siteCalendars: { ...terms.siteCalendars, [siteId]: next } })
          }
        />
      ) : (
        <div class="own-hours">
          <p class="quiet">{t('calendar.sameAsClient')}</p>
          <button
            type="button"
            class="button button-plain"
            onClick={() => change({ siteCalendars: { ...terms.siteCalendars, [siteId]: terms.calendar } })}
          >
            {t('calendar.giveOwn')}
          </button>
        </div>
      )}
      {siteId !== '' && calendar && (
        <button
          type="button"
          class="link"
          onClick={() => {
            const { [siteId]: _, ...rest } = terms.siteCalendars;
            change({ siteCalendars: rest });
          }}
        >
          {t('calendar.dropOwn')}
        </button>
      )}
      <DutySaturdays terms={terms} change={change} />
    </section>
  );
}
