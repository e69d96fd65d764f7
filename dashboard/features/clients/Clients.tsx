import { useComputed, useSignal } from '@preact/signals';
import type { AvailabilityRow } from '../../../protocol/api/availability.ts';
import type { Contract } from '../../../protocol/api/contract.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { sla } from '../../data/api-sla.ts';
import { worstPriority } from '../../data/priority.ts';
import { compareNames } from '../../data/select.ts';
import { clients, devices, incidents, sites } from '../../data/store.ts';
import { Budget } from '../../parts/Budget.tsx';
import { NoMachines } from '../../parts/NoMachines.tsx';
import { Ratio } from '../../parts/Ratio.tsx';
import { PriorityShape } from '../../parts/StateBadge.tsx';
import { VerdictBadge } from '../../parts/Verdict.tsx';
import { place } from '../../route/router.ts';
import { clientHref } from '../../route/routes.ts';
import { useSelection } from '../../route/selection.ts';
import { useLoaded } from '../../ui/Async.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { SearchFilter } from '../../ui/SearchFilter.tsx';
import { t } from '../../words/i18n.ts';
import { calendarText } from '../../words/sla-text.ts';
import { effectiveCalendar } from '../../words/week.ts';
import { DeviceCounts } from './DeviceCounts.tsx';

/** Who is looked after: what was agreed, how it stands, what is open. */
export function Clients() {
  const contracts = useLoaded('contracts', sla.contracts);
  const report = useLoaded('clients this_month', () => sla.availability({ period: 'this_month', by: 'client' }));
  const text = useComputed(() => (place.value.query.get('q') ?? '').toLowerCase());
  const shown = [...clients.value.values()]
    .filter(({ name }) => name.toLowerCase().includes(text.value))
    .sort((a, b) => compareNames(a.name, b.name));
  const selected = useSignal(place.value.query.get('sel'));
  const { selectedId } = useSelection({ ids: shown.map(({ id }) => id), selected, hrefOf: clientHref });
  const contractOf = new Map(contracts.value?.items.map((each) => [each.clientId, each]));
  const rowOf = new Map(report.value?.items.map((each) => [each.id, each]));
  return (
    <div class="view clients">
      <header class="view-head">
        <div>
          <h1>{t('nav.clients')}</h1>
          <p class="lead">{t('clients.count', { count: clients.value.size, sites: sites.value.size })}</p>
        </div>
      </header>
      {clients.value.size === 0 ? (
        <NoMachines />
      ) : (
        <>
          <div class="tools">
            <SearchFilter label={t('clients.filter')} text={place.value.query.get('q') ?? ''} />
          </div>
          {contracts.error && <Failure sentence={contracts.error} again={contracts.again} />}
          {report.error && <Failure sentence={report.error} again={report.again} />}
          <ul class="client-list">
            {shown.map(({ id, name }) => (
              <ClientCard
                key={id}
                id={id}
                name={name}
                contract={contractOf.get(id)}
                row={rowOf.get(id)}
                selected={id === selectedId}
              />
            ))}
          </ul>
          {shown.length === 0 && <Nothing>{t('clients.noMatch')}</Nothing>}
        </>
      )}
    </div>
  );
}

interface CardProps {
  readonly id: string;
  readonly name: string;
  readonly contract: Contract | undefined;
  readonly row: AvailabilityRow | undefined;
  readonly selected: boolean;
}

function ClientCard({ id, name, contract, row, selected }: CardProps) {
  const own = [...devices.value.values()].filter((device) => device.clientId === id);
  const open = [...incidents.value.values()].filter((each) => each.clientId === id && each.state !== 'resolved');
  const worst = worstPriority(open);
  const terms = contract?.current?.terms;
  return (
    <li class={selected ? 'card client-card selected' : 'card client-card'} data-id={id}>
      <div class="client-name">
        <h2>
          <a href={clientHref(id)}>{name}</a>
        </h2>
        <p class="quiet">
          {terms
            ? `${isolated(terms.tierName)} · ${calendarText(effectiveCalendar(terms))}`
            : contract
              ? t('contract.none')
              : ' '}
        </p>
      </div>
      <div class="client-figure">
        {row && (
          <>
            <VerdictBadge figure={row.always} />
            <Ratio figure={row.always} />
            <Budget figure={row.always} />
          </>
        )}
      </div>
      <div class="client-state">
        <DeviceCounts devices={own} />
        {worst && (
          <p class="client-incidents">
            <PriorityShape priority={worst} />
            {t('fleet.openIncidents', { count: open.length })}
          </p>
        )}
      </div>
    </li>
  );
}
