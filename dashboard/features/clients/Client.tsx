import { sla } from '../../data/api-sla.ts';
import { byDeadline } from '../../data/deadline.ts';
import { compareNames } from '../../data/select.ts';
import { canAct, clients, devices, incidents, sites } from '../../data/store.ts';
import { ContractSummary } from '../../parts/ContractSummary.tsx';
import { IncidentCards } from '../../parts/IncidentCards.tsx';
import { RecoveryCard } from '../../parts/recovery/RecoveryCard.tsx';
import { compareHref, siteHref, withQuery } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';
import { Ahead } from './Ahead.tsx';
import { ClientAvailability } from './ClientAvailability.tsx';
import { DeviceCounts } from './DeviceCounts.tsx';
import { ClientLinks } from './Links.tsx';

/** One client: what was agreed, what was kept, where it is and what is open. */
export function Client({ id }: { id: string }) {
  return <ClientOf key={id} id={id} />;
}

function ClientOf({ id }: { id: string }) {
  const client = clients.value.get(id);
  const contract = useLoaded(id, () => sla.contract(id));
  if (!client) {
    return (
      <div class="view">
        <h1>{t('client.unknown')}</h1>
        <p>
          <a href="/clients">{t('nav.clients')}</a>
        </p>
      </div>
    );
  }
  const own = [...devices.value.values()].filter((device) => device.clientId === id);
  return (
    <div class="view client-view">
      <header class="view-head">
        <div>
          <nav class="crumbs" aria-label={t('nav.crumbs')}>
            <a href="/clients">{t('nav.clients')}</a>
          </nav>
          <h1>{client.name}</h1>
          <DeviceCounts devices={own} filter={{ client: id }} />
        </div>
        <div class="view-actions">
          <a class="button button-plain" href={compareHref({ client: id })}>
            {t('compare.title')}
          </a>
          <a class="button button-plain" href={withQuery('/incidents', { state: 'all', client: id })}>
            {t('client.incidents')}
          </a>
        </div>
      </header>
      <OpenHere clientId={id} />
      <ClientAvailability clientId={id} />
      <Async loaded={contract}>{(document) => <ContractSummary contract={document} />}</Async>
      <div class="client-columns">
        <Sites clientId={id} />
        <Ahead clientId={id} />
        <RecoveryCard of="client" id={id} />
      </div>
      {canAct.value && <ClientLinks client={client} />}
    </div>
  );
}

function OpenHere({ clientId }: { clientId: string }) {
  const open = [...incidents.value.values()]
    .filter((incident) => incident.clientId === clientId && incident.state !== 'resolved')
    .sort(byDeadline);
  return <IncidentCards incidents={open} selectedId={null} />;
}

function Sites({ clientId }: { clientId: string }) {
  const own = [...sites.value.values()]
    .filter((site) => site.clientId === clientId)
    .sort((a, b) => compareNames(a.name, b.name));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('client.sites')}</h2>
      </header>
      {own.length === 0 && <Nothing>{t('client.noSites')}</Nothing>}
      <ul class="site-list">
        {own.map(({ id, name }) => (
          <li key={id}>
            <a href={siteHref(id)}>
              <strong>{name}</strong>
            </a>
            <DeviceCounts devices={[...devices.value.values()].filter(({ siteId }) => siteId === id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
