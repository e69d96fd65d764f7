import type { AvailabilityRow } from '../../../protocol/api/availability.ts';
import { sla } from '../../data/api-sla.ts';
import { AvailabilityStrip } from '../../parts/AvailabilityStrip.tsx';
import { Budget } from '../../parts/Budget.tsx';
import { Ratio } from '../../parts/Ratio.tsx';
import { VerdictBadge } from '../../parts/Verdict.tsx';
import { ledgerHref, withQuery } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { worstFirst } from '../../words/availability.ts';
import { t } from '../../words/i18n.ts';

/** Strips are many questions to the server: only those that matter most are drawn. */
const STRIPS = 6;

/** A client's figures of this and last month, and the last 90 days of its services and worst servers. */
export function ClientAvailability({ clientId }: { clientId: string }) {
  const query = { by: 'device', client: clientId };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('nav.availability')}</h2>
        <a href={withQuery('/availability', query)}>{t('client.allDevices')}</a>
      </header>
      <div class="client-months">
        {(['this_month', 'last_month'] as const).map((period) => (
          <Month key={period} clientId={clientId} period={period} />
        ))}
      </div>
      <Strips clientId={clientId} />
    </section>
  );
}

function Month({ clientId, period }: { clientId: string; period: 'this_month' | 'last_month' }) {
  const loaded = useLoaded(`${clientId} ${period}`, () => sla.availability({ period, by: 'client', client: clientId }));
  return (
    <div class="client-month">
      <h3>{t(`period.${period}`)}</h3>
      <Async loaded={loaded}>
        {({ items: [row] }) =>
          row ? (
            <>
              <VerdictBadge figure={row.always} />
              <Ratio figure={row.always} />
              {row.serviceHours && (
                <p class="quiet in-service">
                  {t('client.inServiceHours')} <Ratio figure={row.serviceHours} />
                </p>
              )}
              <Budget figure={row.always} />
            </>
          ) : (
            <p class="quiet">{t('sla.nothingKnown')}</p>
          )
        }
      </Async>
    </div>
  );
}

function Strips({ clientId }: { clientId: string }) {
  const services = useLoaded(`${clientId} services`, () =>
    sla.availability({ period: 'this_month', by: 'service', client: clientId }),
  );
  const devices = useLoaded(`${clientId} devices`, () =>
    sla.availability({ period: 'this_month', by: 'device', client: clientId }),
  );
  return (
    <>
      <Async loaded={services}>
        {({ items }) => <StripList title={t('client.services')} rows={worstFirst(items, 'always').slice(0, STRIPS)} />}
      </Async>
      <Async loaded={devices}>
        {({ items }) => (
          <StripList
            title={t('client.worstDevices')}
            rows={worstFirst(items, 'always')
              .filter(({ always }) => always.targetRatio !== null)
              .slice(0, STRIPS)}
          />
        )}
      </Async>
    </>
  );
}

function StripList({ title, rows }: { title: string; rows: readonly AvailabilityRow[] }) {
  if (rows.length === 0) return null;
  return (
    <div class="strip-list">
      <h3>{title}</h3>
      <ul>
        {rows.map(({ kind, id, name, always }) => {
          const own = kind === 'service' ? 'service' : 'device';
          return (
            <li key={id}>
              <p class="strip-name">
                <a href={ledgerHref(own, id)}>{name}</a>
                <VerdictBadge figure={always} />
              </p>
              <AvailabilityStrip kind={own} id={id} compact />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
