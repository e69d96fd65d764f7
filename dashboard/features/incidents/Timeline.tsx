import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { When } from '../../ui/Ago.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';

type Event = IncidentDetail['events'][number];

/** What happened and who did it, oldest first. */
export function Timeline({ events }: { events: readonly Event[] }) {
  const ordered = [...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id - b.id);
  return (
    <ol class="timeline">
      {ordered.map((event) => (
        <li key={event.id} class={`event event-${event.kind}`}>
          <span class="event-dot" aria-hidden="true" />
          <div>
            <p class="event-head">
              <strong>{t(`event.${event.kind}`)}</strong>
              <span>{t('event.by', { name: event.by ?? t('event.vigia') })}</span>
              <When at={event.at} />
              {event.visible && <span class="event-visible">{t('event.visible')}</span>}
            </p>
            {event.text && (
              <p class="event-text">
                <Words said={event.said} at={event.at} />
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
