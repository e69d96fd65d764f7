import type { Incident } from '../../protocol/api/view.ts';
import { api, sentenceOf } from '../data/api.ts';
import { headlineOf } from '../data/headline.ts';
import { canAct, clients, devices, keepIncident, me, services, sites, users } from '../data/store.ts';
import { deviceHref, fleetHref } from '../route/routes.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { say } from '../ui/Toasts.tsx';
import { t } from '../words/i18n.ts';

/** Whom it concerns: device, service, client and site, each a link. */
export function IncidentPlace({ incident }: { incident: Incident }) {
  const client = clients.value.get(incident.clientId);
  const site = incident.siteId === null ? undefined : sites.value.get(incident.siteId);
  const device = incident.deviceId === null ? undefined : devices.value.get(incident.deviceId);
  const service = incident.serviceId === null ? undefined : services.value.get(incident.serviceId);
  return (
    <span class="place">
      {device && (
        <a class="place-device" href={deviceHref(device.id)}>
          {device.name}
        </a>
      )}
      {service && <a href="/services">{service.name}</a>}
      {client && <a href={fleetHref({ client: client.id })}>{client.name}</a>}
      {site && <a href={fleetHref({ site: site.id })}>{site.name}</a>}
    </span>
  );
}

export async function acknowledge(incident: Incident): Promise<void> {
  keepIncident(await api.acknowledge(incident.id));
}

export function AcknowledgeButton({ incident, kind = 'plain' }: { incident: Incident; kind?: 'plain' | 'primary' }) {
  if (incident.state !== 'open' || !canAct.value) return null;
  return (
    <ActionButton
      kind={kind}
      run={() => acknowledge(incident)}
      label={t('incident.acknowledgeThis', { sentence: headlineOf(incident) })}
    >
      {t('incident.acknowledge')}
    </ActionButton>
  );
}

/** Who looks after it; a choice for those who may act, a name for the others. */
export function AssignSelect({ incident }: { incident: Incident }) {
  if (!canAct.value || incident.state === 'resolved') {
    return <span class="assignee">{incident.assigneeName ?? t('incident.unassigned')}</span>;
  }
  const self = me.value?.id;
  const others = [...users.value].filter(([id]) => id !== self);
  const assign = (userId: string) => {
    api.assign(incident.id, userId || null).then(keepIncident, (error: unknown) => say(sentenceOf(error), 'error'));
  };
  return (
    <select
      class={incident.assigneeId === null ? 'assign assign-none' : 'assign'}
      aria-label={t('incident.assignee')}
      value={incident.assigneeId ?? ''}
      onChange={(event) => assign(event.currentTarget.value)}
    >
      <option value="">{t('incident.unassigned')}</option>
      {self && <option value={self}>{t('incident.me', { name: me.value?.name ?? '' })}</option>}
      {others.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
