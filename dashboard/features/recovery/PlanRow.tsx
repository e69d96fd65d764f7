import type { RecoveryPlanRow } from '../../../protocol/api/recovery.ts';
import { nowMs } from '../../data/clock.ts';
import { clients, devices, services } from '../../data/store.ts';
import { Exposure } from '../../parts/recovery/Exposure.tsx';
import { StageBadge } from '../../parts/recovery/StageBadge.tsx';
import { clientHref, planHref } from '../../route/routes.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { type Head, opens, type RowPlace } from '../../ui/VirtualTable.tsx';
import { wordsOf } from '../../words/said.ts';
import { rich, t } from './words.ts';

const columns = ['stage', 'name', 'client', 'exposure', 'newest', 'due', 'place'] as const;

export function planHeads(): Head[] {
  return columns.map((column) => ({ id: column, class: `cell cell-${column}`, text: t(`column.${column}`) }));
}

/** What a plan protects, by name; null where that is neither a machine nor a service. */
export function protectedName({ deviceId, serviceId }: RecoveryPlanRow): string | null {
  if (deviceId !== null) return devices.value.get(deviceId)?.name ?? null;
  return serviceId === null ? null : (services.value.get(serviceId)?.name ?? null);
}

export function PlanRow({ plan, place }: { plan: RecoveryPlanRow; place: RowPlace }) {
  const { standing, target } = plan;
  const client = clients.value.get(plan.clientId);
  const name = protectedName(plan);
  return (
    <tr {...place} class="plan-row" onClick={opens(planHref(plan.id))}>
      <td class="cell cell-stage" title={wordsOf(standing.said, nowMs.peek())}>
        <StageBadge stage={standing.stage} />
      </td>
      <th scope="row" class="cell cell-name">
        <a href={planHref(plan.id)}>{plan.name}</a>
        {name !== null && <span class="quiet">{name}</span>}
      </th>
      <td class="cell cell-client">{client && <a href={clientHref(client.id)}>{client.name}</a>}</td>
      <td class="cell cell-exposure">
        <Exposure plan={plan} />
      </td>
      <td class="cell cell-newest">{standing.newestAt === null ? t('never') : <Ago at={standing.newestAt} />}</td>
      <td class="cell cell-due">
        <Due plan={plan} />
      </td>
      <td class="cell cell-place" title={target.place}>
        <span class="place-name">{target.place}</span>
        <span class="quiet">{t(target.isOffSite ? 'offSite' : 'onSite')}</span>
      </td>
    </tr>
  );
}

export function Due({ plan: { standing, rhythm } }: { plan: RecoveryPlanRow }) {
  if (rhythm === null) return <span class="quiet">{t('unknownRhythm')}</span>;
  if (standing.dueAt === null) return <>–</>;
  if (standing.missed > 0) return <span class="due-late">{rich('late', { when: <Ago at={standing.dueAt} /> })}</span>;
  return <When at={standing.dueAt} />;
}
