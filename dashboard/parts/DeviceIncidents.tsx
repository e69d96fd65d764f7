import { api } from '../api.ts';
import { t } from '../i18n.ts';
import { incidentHref } from '../routes.ts';
import { incidents } from '../store.ts';
import { Lasting, When } from './Ago.tsx';
import { Async, useLoaded } from './Async.tsx';
import { IncidentStateBadge, PriorityShape } from './StateBadge.tsx';

/** The incidents of one machine, open ones first, as the server keeps them; asked again when `revision` changes. */
export function DeviceIncidents({ deviceId, revision }: { deviceId: string; revision: string }) {
  const loaded = useLoaded(`${deviceId} ${revision}`, () =>
    api.incidents({ device: deviceId, state: 'all', limit: '20' }),
  );
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('device.incidents')}</h2>
      </header>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{t('device.noIncidents')}</p>
          ) : (
            <ul class="device-incidents">
              {items
                .map((item) => incidents.value.get(item.id) ?? item)
                .sort(
                  (a, b) =>
                    Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
                    b.openedAt.localeCompare(a.openedAt),
                )
                .map((incident) => (
                  <li key={incident.id}>
                    <PriorityShape priority={incident.priority} />
                    <div>
                      <a href={incidentHref(incident.id)}>{incident.sentence}</a>
                      <p class="quiet">
                        <IncidentStateBadge state={incident.state} />{' '}
                        {incident.resolvedAt === null ? (
                          <Lasting since={incident.onsetAt} />
                        ) : (
                          <When at={incident.resolvedAt} />
                        )}
                      </p>
                    </div>
                  </li>
                ))}
            </ul>
          )
        }
      </Async>
    </section>
  );
}
