import { useSignal } from '@preact/signals';
import type { SiteCard } from '../../../protocol/api/site-card.ts';
import type { DeviceSummary } from '../../../protocol/api/view.ts';
import { sla } from '../../data/api-sla.ts';
import { nowMs } from '../../data/clock.ts';
import { byDeadline } from '../../data/deadline.ts';
import { compareNames } from '../../data/select.ts';
import { canAct, clients, devices, incidents, sites } from '../../data/store.ts';
import { IncidentCards } from '../../parts/IncidentCards.tsx';
import { SiteCardPanel } from '../../parts/SiteCardPanel.tsx';
import { StateBadge } from '../../parts/StateBadge.tsx';
import { clientHref, compareHref, deviceHref, fleetHref, ledgerHref } from '../../route/routes.ts';
import { Lasting } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import { SiteCardEditor } from './SiteCardEditor.tsx';

/** One site: whom to call, which machines are there, and its ledger of reachability. */
export function Site({ id }: { id: string }) {
  return <SiteOf key={id} id={id} />;
}

function SiteOf({ id }: { id: string }) {
  const site = sites.value.get(id);
  const client = clients.value.get(site?.clientId ?? '');
  const own = [...devices.value.values()].filter((device) => device.siteId === id);
  const open = [...incidents.value.values()]
    .filter((incident) => incident.siteId === id && incident.state !== 'resolved')
    .sort(byDeadline);
  if (!site) {
    return (
      <div class="view">
        <h1>{t('site.unknown')}</h1>
        <p>
          <a href="/clients">{t('nav.clients')}</a>
        </p>
      </div>
    );
  }
  return (
    <div class="view site-view">
      <header class="view-head">
        <div>
          <nav class="crumbs" aria-label={t('nav.crumbs')}>
            <a href="/clients">{t('nav.clients')}</a>
            {client && <a href={clientHref(client.id)}>{client.name}</a>}
          </nav>
          <h1>{site.name}</h1>
        </div>
        <div class="view-actions">
          <a class="button button-plain" href={compareHref({ client: site.clientId, site: id })}>
            {t('compare.title')}
          </a>
          <a class="button button-plain" href={ledgerHref('site', id)}>
            <Icon name="availability" size={16} />
            {t('site.ledger')}
          </a>
        </div>
      </header>
      <IncidentCards incidents={open} selectedId={null} />
      <div class="client-columns">
        <Card siteId={id} />
        <Machines siteId={id} devices={own} />
      </div>
    </div>
  );
}

const isEmpty = (card: SiteCard) => Object.values(card).every((value) => value.length === 0);

function Card({ siteId }: { siteId: string }) {
  const loaded = useLoaded(siteId, () => sla.siteCard(siteId));
  const isEdited = useSignal(false);
  return (
    <div class="site-card-area">
      <Async loaded={loaded}>
        {(card) =>
          isEdited.value ? (
            <SiteCardEditor
              card={card}
              onCancel={() => {
                isEdited.value = false;
              }}
              onSave={async (next) => {
                loaded.set(await sla.saveSiteCard(siteId, next));
                isEdited.value = false;
                say(t('siteCard.saved'));
              }}
            />
          ) : (
            <>
              {isEmpty(card) ? (
                <section class="card">
                  <h2>{t('siteCard.title')}</h2>
                  <Nothing>{t('siteCard.empty')}</Nothing>
                </section>
              ) : (
                <SiteCardPanel incident={{ siteCard: card, siteId }} />
              )}
              {canAct.value && (
                <button
                  type="button"
                  class="button button-plain"
                  onClick={() => {
                    isEdited.value = true;
                  }}
                >
                  {t('siteCard.edit')}
                </button>
              )}
            </>
          )
        }
      </Async>
    </div>
  );
}

function Machines({ siteId, devices: own }: { siteId: string; devices: DeviceSummary[] }) {
  const byName = own.sort((a, b) => compareNames(a.name, b.name));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('fleet.machines', { count: own.length })}</h2>
        <a href={fleetHref({ site: siteId })}>{t('site.inFleet')}</a>
      </header>
      <ul class="machine-list">
        {byName.map((device) => (
          <li key={device.id}>
            <a href={deviceHref(device.id)}>{device.name}</a>
            <span class="quiet">{t(`kind.${device.kind}`)}</span>
            <span class="machine-state" title={wordsOf(device.stateSaid, nowMs.peek())}>
              <StateBadge state={device.state} />
              <span class="quiet">
                <Lasting since={device.stateSince} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
