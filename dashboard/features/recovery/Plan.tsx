import { useSignal } from '@preact/signals';
import type { RecoveryPlanDetail, RecoveryTarget } from '../../../protocol/api/recovery.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { canAct, clients } from '../../data/store.ts';
import { Exposure } from '../../parts/recovery/Exposure.tsx';
import { StageBadge } from '../../parts/recovery/StageBadge.tsx';
import { span } from '../../parts/recovery/span.ts';
import { navigate } from '../../route/router.ts';
import { clientHref, deviceHref } from '../../route/routes.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Words } from '../../ui/Words.tsx';
import { t as common } from '../../words/i18n.ts';
import { Attainment } from './Attainment.tsx';
import { recovery } from './api.ts';
import { Drills } from './Drills.tsx';
import { PlanForm } from './PlanForm.tsx';
import { Due, protectedName } from './PlanRow.tsx';
import { rhythmWords } from './rhythm-words.ts';
import { Telling } from './Telling.tsx';
import { WorstCase } from './WorstCase.tsx';
import { t } from './words.ts';

/** One plan: how it stands, what it promises, and what it can keep. */
export function PlanPage({ id }: { id: string }) {
  return <Plan key={id} id={id} />;
}

function Plan({ id }: { id: string }) {
  const loaded = useLoaded(`${id} ${nowMinuteMs.value}`, () => recovery.plan(id));
  return (
    <div class="view recovery-plan">
      <Async loaded={loaded}>{(plan) => <PlanBody plan={plan} onChanged={loaded.set} onAsked={loaded.again} />}</Async>
    </div>
  );
}

interface PlanProps {
  readonly plan: RecoveryPlanDetail;
  readonly onChanged: (plan: RecoveryPlanDetail) => void;
}

function PlanBody({ plan, onChanged, onAsked }: PlanProps & { readonly onAsked: () => void }) {
  return (
    <>
      <PlanHead plan={plan} onChanged={onChanged} />
      <section class="card">
        <header class="card-head">
          <h2>{t('plan.now')}</h2>
        </header>
        <Exposure plan={plan} />
        <Facts across>
          <Fact label={t('plan.target')}>
            <Target target={plan.rpo} />
          </Fact>
          <Fact label={t('plan.newest')}>
            {plan.standing.newestAt === null ? t('never') : <Ago at={plan.standing.newestAt} />}
          </Fact>
          <Fact label={t(plan.standing.missed > 0 ? 'plan.overdue' : 'plan.due')}>
            {plan.standing.missed > 0 && plan.standing.dueAt !== null ? (
              <Ago at={plan.standing.dueAt} />
            ) : (
              <Due plan={plan} />
            )}
          </Fact>
          {plan.standing.breachAt !== null && (
            <Fact label={t('plan.breach')}>
              <When at={plan.standing.breachAt} />
            </Fact>
          )}
          <Fact label={t('plan.rto')}>
            <Target target={plan.rto} />
          </Fact>
        </Facts>
      </section>
      <section class="card">
        <header class="card-head">
          <h2>{t('plan.promise')}</h2>
        </header>
        <WorstCase worst={plan.worstCase} />
        <Facts across>
          <Fact label={t('plan.rhythm')}>{rhythmWords(plan)}</Fact>
          <Fact label={t('plan.tool')}>{t(`tool.${plan.tool}`)}</Fact>
          <Fact label={t('plan.place')}>
            {plan.target.place} <span class="quiet">{t(plan.target.isOffSite ? 'offSite' : 'onSite')}</span>
          </Fact>
        </Facts>
      </section>
      <Attainment planId={plan.id} />
      <Telling plan={plan} onChanged={onAsked} />
      <Drills planId={plan.id} />
    </>
  );
}

function Target({ target: { minutes, from } }: { target: RecoveryTarget }) {
  return (
    <>
      {minutes !== null && `${span(minutes * 60_000)} `}
      <span class="quiet">{t(`plan.from.${from}`)}</span>
    </>
  );
}

function PlanHead({ plan, onChanged }: PlanProps) {
  const asking = useSignal<'edit' | 'remove' | null>(null);
  const close = () => {
    asking.value = null;
  };
  const client = clients.value.get(plan.clientId);
  const name = protectedName(plan);
  return (
    <header class="view-head">
      <div>
        <nav class="crumbs" aria-label={common('nav.crumbs')}>
          <a href="/recovery">{common('nav.recovery')}</a>
          {client && <a href={clientHref(client.id)}>{client.name}</a>}
          {plan.deviceId !== null && name !== null && <a href={deviceHref(plan.deviceId)}>{name}</a>}
        </nav>
        <h1>{plan.name}</h1>
        <p class="device-state">
          <StageBadge stage={plan.standing.stage} />
          <span class="device-reason">
            <Words said={plan.standing.said} />
          </span>
        </p>
      </div>
      {canAct.value && (
        <div class="view-actions">
          <button
            type="button"
            class="button button-plain"
            onClick={() => {
              asking.value = 'remove';
            }}
          >
            {t('remove')}
          </button>
          <button
            type="button"
            class="button button-primary"
            onClick={() => {
              asking.value = 'edit';
            }}
          >
            {t('edit')}
          </button>
        </div>
      )}
      {asking.value === 'edit' && (
        <PlanForm
          plan={plan}
          onClose={close}
          onSaved={(next) => {
            close();
            onChanged(next);
          }}
        />
      )}
      {asking.value === 'remove' && (
        <ConfirmDialog
          title={t('remove')}
          word={t('remove')}
          run={async () => {
            await recovery.remove(plan.id);
            navigate('/recovery');
          }}
          onClose={close}
        >
          <p>{t('removeSentence')}</p>
        </ConfirmDialog>
      )}
    </header>
  );
}
