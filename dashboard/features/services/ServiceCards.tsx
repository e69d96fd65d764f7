import type { Check, Service } from '../../../protocol/api/service.ts';
import { canAct, clients, devices } from '../../data/store.ts';
import { AvailabilityStrip } from '../../parts/AvailabilityStrip.tsx';
import { ServiceState } from '../../parts/ServiceState.tsx';
import { StateShape } from '../../parts/StateBadge.tsx';
import { deviceHref, ledgerHref } from '../../route/routes.ts';
import { When } from '../../ui/Ago.tsx';
import { Warnings } from '../../ui/Warnings.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';

interface ServiceCardsProps {
  readonly services: readonly Service[];
  readonly checks: readonly Check[];
  readonly onEdit: (service: Service) => void;
}

/** Every service with its state, the sentence that says why, what stops with it, and what it is made of. */
export function ServiceCards({ services, checks, onEdit }: ServiceCardsProps) {
  if (services.length === 0) return <p class="card nothing">{t('services.none')}</p>;
  return (
    <ul class="service-cards">
      {services.map((service) => (
        <li key={service.id} class={`card service-card service-card-${service.state}`}>
          <header class="service-head">
            <h2>{service.name}</h2>
            <ServiceState state={service.state} />
          </header>
          <p class="quiet service-client">
            {clients.value.get(service.clientId)?.name}
            {service.since !== null && (
              <>
                {', '}
                {t('services.since')} <When at={service.since} />
              </>
            )}
          </p>
          <p>
            <Words said={service.said} />
          </p>
          {service.blocks !== null && (
            <p class={service.state === 'down' ? 'blocks blocks-now' : 'blocks'}>
              {t(service.state === 'down' ? 'services.blocksNow' : 'services.blocks', { process: service.blocks })}
            </p>
          )}
          <Members service={service} checks={checks} />
          <Warnings warnings={service.warnings} />
          <AvailabilityStrip kind="service" id={service.id} revision={service.state} compact />
          <p class="service-actions">
            <a class="link" href={ledgerHref('service', service.id)}>
              {t('strip.openLedger')}
              <span class="sr">: {service.name}</span>
            </a>
            {canAct.value && (
              <button
                type="button"
                class="link"
                aria-label={t('services.editThis', { name: service.name })}
                onClick={() => onEdit(service)}
              >
                {t('action.edit')}
              </button>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Members({ service, checks }: { service: Service; checks: readonly Check[] }) {
  const machines = service.deviceIds.flatMap((id) => devices.value.get(id) ?? []);
  const own = checks.filter(({ id }) => service.checkIds.includes(id));
  return (
    <ul class="members">
      {machines.length > 0 && (
        <li>
          <span class="quiet">{t('services.needs', { needed: service.needed, count: machines.length })}</span>
          <span class="member-list">
            {machines.map((device) => (
              <a key={device.id} class="member" href={deviceHref(device.id)}>
                <StateShape state={device.state} />
                {device.name}
                <span class="sr"> {t(`state.${device.state}`)}</span>
              </a>
            ))}
          </span>
        </li>
      )}
      {own.length > 0 && (
        <li>
          <span class="quiet">{t('services.everyCheck')}</span>
          <span class="member-list">
            {own.map((check) => (
              <span key={check.id} class="member">
                {check.name}: <ServiceState state={check.state} />
              </span>
            ))}
          </span>
        </li>
      )}
    </ul>
  );
}
