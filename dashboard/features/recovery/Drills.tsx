import { useSignal } from '@preact/signals';
import type { RecoveryDrill, RecoveryOutlook } from '../../../protocol/api/drills.ts';
import { canAct } from '../../data/store.ts';
import { span } from '../../parts/recovery/span.ts';
import { When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Words } from '../../ui/Words.tsx';
import { bytes, bytesPerSecond } from '../../words/format.ts';
import { recovery } from './api.ts';
import { DrillForm } from './DrillForm.tsx';
import { DrillTargetForm } from './DrillTargetForm.tsx';
import { t } from './words.ts';

/** Restores that were tried: what they prove, how long a restore takes by them, and until when that is as promised. */
export function Drills({ planId }: { planId: string }) {
  const outlook = useLoaded(`outlook ${planId}`, () => recovery.outlook(planId));
  const drills = useLoaded(`drills ${planId}`, () => recovery.drills(planId));
  const asking = useSignal<'record' | 'target' | null>(null);
  const close = () => {
    asking.value = null;
  };
  const done = () => {
    close();
    outlook.again();
    drills.again();
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('drills.title')}</h2>
        {canAct.value && (
          <div class="card-actions">
            <button
              type="button"
              class="button button-plain"
              onClick={() => {
                asking.value = 'target';
              }}
            >
              {t('drills.target')}
            </button>
            <button
              type="button"
              class="button button-plain"
              onClick={() => {
                asking.value = 'record';
              }}
            >
              {t('drills.record')}
            </button>
          </div>
        )}
      </header>
      <Async loaded={outlook}>
        {(known) => (
          <>
            <Outlook outlook={known} />
            {asking.value === 'target' && (
              <DrillTargetForm planId={planId} target={known.drills.target} onClose={close} onSaved={done} />
            )}
          </>
        )}
      </Async>
      <Async loaded={drills}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t('drills.none')}</Nothing>
          ) : (
            <Table label={t('drills.title')} items={items} keyOf={({ id }) => id} columns={columns} folds />
          )
        }
      </Async>
      {asking.value === 'record' && <DrillForm planId={planId} onClose={close} onSaved={done} />}
    </section>
  );
}

function Outlook({ outlook: { drills, throughput, restore, window } }: { outlook: RecoveryOutlook }) {
  const said = [...drills.said, ...restore.said, ...(window?.said ?? [])];
  return (
    <>
      {said.map((one) => (
        <p key={JSON.stringify(one)}>
          <Words said={one} />
        </p>
      ))}
      <Facts across>
        {restore.tookMs !== null && <Fact label={t('drills.restore')}>{span(restore.tookMs)}</Fact>}
        {throughput !== null && <Fact label={t('drills.throughput')}>{bytesPerSecond(throughput.median)}</Fact>}
        {restore.sizeBytes !== null && <Fact label={t('drills.size')}>{bytes(restore.sizeBytes)}</Fact>}
      </Facts>
    </>
  );
}

const columns: readonly Column<RecoveryDrill>[] = [
  { head: t('drills.when'), kind: 'name', cell: ({ startedAt }) => <When at={startedAt} /> },
  { head: t('drills.scope'), cell: ({ scope }) => t(`drills.scope.${scope}`) },
  {
    head: t('drills.result'),
    cell: ({ result, firstDifference }) => (
      <>
        {t(`drills.result.${result}`)}
        {firstDifference !== null && <span class="cell-more">{firstDifference}</span>}
      </>
    ),
  },
  {
    head: t('drills.took'),
    cell: ({ tookMs, rto }) => (
      <>
        {span(tookMs)}
        {rto !== null && <span class="cell-more">{t(`drills.rto.${rto}`)}</span>}
      </>
    ),
  },
  { head: t('drills.evidence'), cell: ({ evidence, by }) => <>{by === null ? evidence : `${evidence} (${by})`}</> },
];
