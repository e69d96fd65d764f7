import { useComputed } from '@preact/signals';
import type { OutageView } from '../../../protocol/api/outage.ts';
import { nowMs } from '../../data/clock.ts';
import { span } from '../../parts/recovery/span.ts';
import { rich, t } from '../../parts/recovery/words.ts';
import { planHref } from '../../route/routes.ts';
import { When } from '../../ui/Ago.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';

/** How long until all of it has to work again, by what was promised when it failed. */
export function OutageCard({ outage }: { outage: OutageView }) {
  const { planId, plan, verdict, isAtRisk, rtoMs, restoreMs, onsetAt, partialAt, restoredAt, said } = outage;
  return (
    <section class={`card outage outage-${verdict === 'running' && isAtRisk ? 'risk' : verdict}`}>
      <header class="card-head">
        <h2>{t('outage.title')}</h2>
        <a class="quiet" href={planHref(planId)}>
          {plan}
        </a>
      </header>
      <p class="outage-clock">
        <Clock outage={outage} />
      </p>
      <p>
        <Words said={said} at={restoredAt} />
      </p>
      <Facts across>
        <Fact label={t('outage.promised')}>{span(rtoMs)}</Fact>
        <Fact label={t('outage.failed')}>
          <When at={onsetAt} />
        </Fact>
        <Fact label={t('outage.due')}>
          <When at={outage.dueAt} />
        </Fact>
        <Fact label={t('outage.restore')}>{restoreMs === null ? t('outage.noDrill') : duration(restoreMs)}</Fact>
        {partialAt !== null && restoredAt === null && (
          <Fact label={t('outage.partial')}>{rich('outage.partialSince', { when: <When at={partialAt} /> })}</Fact>
        )}
        {restoredAt !== null && (
          <Fact label={t('outage.restored')}>
            <When at={restoredAt} />
          </Fact>
        )}
      </Facts>
    </section>
  );
}

function Clock({ outage: { verdict, dueAt, onsetAt, restoredAt } }: { outage: OutageView }) {
  const words = useComputed(() => {
    if (restoredAt !== null) {
      const took = duration(Date.parse(restoredAt) - Date.parse(onsetAt));
      return t(verdict === 'breached' ? 'outage.tookOver' : 'outage.took', { span: took });
    }
    const leftMs = Date.parse(dueAt) - nowMs.value;
    return leftMs >= 0 ? t('outage.left', { span: duration(leftMs) }) : t('outage.over', { span: duration(-leftMs) });
  });
  return <strong>{words}</strong>;
}
