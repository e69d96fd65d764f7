import type { RecoveryPlanRow } from '../../../protocol/api/recovery.ts';
import { requestAll } from '../../data/api.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { canAct } from '../../data/store.ts';
import { ifLostHref, planHref, recoveryHref } from '../../route/routes.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Exposure } from './Exposure.tsx';
import { StageBadge } from './StageBadge.tsx';
import { worstFirst } from './stages.ts';
import { rich, t } from './words.ts';

const SHOWN = 8;

type RecoveryCardProps =
  | { readonly of: 'device'; readonly id: string; readonly clientId: string }
  | { readonly of: 'client'; readonly id: string };

/** What protects a machine, or all of a client: what would be lost now, the worst first; or that nothing does. */
export function RecoveryCard(props: RecoveryCardProps) {
  const { of, id } = props;
  const clientId = props.of === 'client' ? id : props.clientId;
  const loaded = useLoaded(`${of} ${id} ${nowMinuteMs.value}`, () =>
    requestAll<RecoveryPlanRow>('/recovery/plans', { [of]: id }),
  );
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('title')}</h2>
        {of === 'device' ? (
          <a class="quiet" href={ifLostHref('devices', id)}>
            {t('ifLost')}
          </a>
        ) : (
          <a class="quiet" href={recoveryHref({ client: clientId })}>
            {t('all')}
          </a>
        )}
      </header>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <>
              <Nothing>{t(of === 'device' ? 'noneDevice' : 'noneClient')}</Nothing>
              {canAct.value && (
                <a class="link" href={recoveryHref({ client: clientId, plan: of === 'device' ? id : 'new' })}>
                  {t('plan')}
                </a>
              )}
            </>
          ) : (
            <PlanList plans={items} clientId={clientId} />
          )
        }
      </Async>
    </section>
  );
}

function PlanList({ plans, clientId }: { plans: readonly RecoveryPlanRow[]; clientId: string }) {
  const sorted = [...plans].sort(worstFirst);
  const rest = sorted.length - SHOWN;
  return (
    <>
      <ul class="recovery-list">
        {sorted.slice(0, SHOWN).map((plan) => (
          <li key={plan.id}>
            <p class="aside-line">
              <StageBadge stage={plan.standing.stage} />
              <a href={planHref(plan.id)}>{plan.name}</a>
              <span class="quiet">
                {plan.standing.newestAt === null
                  ? t('never')
                  : rich('newest', { when: <Ago at={plan.standing.newestAt} /> })}
              </span>
            </p>
            <Exposure plan={plan} />
          </li>
        ))}
      </ul>
      {rest > 0 && <a href={recoveryHref({ client: clientId })}>{t('more', { count: rest })}</a>}
    </>
  );
}
