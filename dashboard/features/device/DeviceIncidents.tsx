import { api } from '../../data/api.ts';
import { PriorityShape } from '../../parts/StateBadge.tsx';
import { incidentHref } from '../../route/routes.ts';
import { When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

/** The resolved incidents of one machine; asked again when `revision` changes. */
export function DeviceIncidents({ deviceId, revision }: { deviceId: string; revision: string }) {
  const loaded = useLoaded(`${deviceId} ${revision}`, () =>
    api.incidents({ device: deviceId, state: 'resolved', limit: '20' }),
  );
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('device.incidents')}</h2>
      </header>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t('device.noIncidents')}</Nothing>
          ) : (
            <ul class="device-incidents">
              {items.map((incident) => (
                <li key={incident.id}>
                  <PriorityShape priority={incident.priority} />
                  <div>
                    <a href={incidentHref(incident.id)}>
                      <Words said={incident.said} at={incident.resolvedAt} />
                    </a>
                    <p class="quiet">
                      {incident.resolvedAt && <When at={incident.resolvedAt} />}{' '}
                      {incident.resolvedAt &&
                        t('incident.lasted', {
                          span: duration(Date.parse(incident.resolvedAt) - Date.parse(incident.onsetAt)),
                        })}
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
