import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { RecoveryPlanRow } from '../../../protocol/api/recovery.ts';
import { clientChoices, orNone } from '../../data/choices.ts';
import { nowMinuteMs, nowMs } from '../../data/clock.ts';
import { countBy } from '../../data/count.ts';
import { type CsvColumn, csvOf } from '../../data/csv.ts';
import { canAct, clients } from '../../data/store.ts';
import { toggled } from '../../data/toggled.ts';
import { StageShape, stageWord } from '../../parts/recovery/StageBadge.tsx';
import { shareOfTarget, stages, worstFirst } from '../../parts/recovery/stages.ts';
import { place, setQuery } from '../../route/router.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { CsvButton } from '../../ui/CsvButton.tsx';
import { useMedia } from '../../ui/media.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { SearchFilter } from '../../ui/SearchFilter.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import { t as common } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import { recovery } from './api.ts';
import { PlanForm } from './PlanForm.tsx';
import { PlanRow, planHeads, protectedName } from './PlanRow.tsx';
import { filterPlans, type PlansQuery, parsePlansQuery } from './plans-query.ts';
import { t } from './words.ts';

const ROW_PX = { wide: 52, narrow: 104 };

/** Everything that is protected: what would be lost of each if it died now, against what was promised. */
export function Recovery() {
  // From a machine or a client that nothing protects one comes here with the form open.
  const first = place.value.query.get('plan');
  const adding = useSignal(first !== null && canAct.peek());
  // What would be lost grows by itself.
  const loaded = useLoaded(`${nowMinuteMs.value}`, () => recovery.plans());
  const add = () => {
    adding.value = true;
  };
  const close = () => {
    adding.value = false;
    setQuery({ plan: null });
  };
  return (
    <div class="view recovery">
      <header class="view-head">
        <div>
          <h1>{common('nav.recovery')}</h1>
          <p class="lead">{t('lead')}</p>
        </div>
        <div class="view-actions">
          <CsvButton
            name={() => `recovery-${new Date().toISOString().slice(0, 10)}`}
            disabled={!loaded.value?.items.length}
            text={() => csvOf([...(loaded.value?.items ?? [])].sort(worstFirst), csvColumns())}
          />
          {canAct.value && (
            <button type="button" class="button button-primary" onClick={add}>
              {t('add')}
            </button>
          )}
        </div>
      </header>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing {...(canAct.value && { action: { word: t('add'), run: add } })}>{t('none')}</Nothing>
          ) : (
            <Plans plans={items} query={parsePlansQuery(place.value.query)} />
          )
        }
      </Async>
      {adding.value && (
        <PlanForm
          plan={null}
          clientId={place.value.query.get('client') ?? ''}
          deviceId={first !== null && first !== 'new' ? first : ''}
          onClose={close}
          onSaved={() => {
            close();
            loaded.again();
          }}
        />
      )}
    </div>
  );
}

function Plans({ plans, query }: { plans: readonly RecoveryPlanRow[]; query: PlansQuery }) {
  const isNarrow = useMedia('(max-width: 760px)');
  const question = JSON.stringify([query, [...query.stages]]);
  // The question as text is what the rows depend on, besides the plans.
  const rows = useMemo(() => filterPlans(plans, query, searchable).sort(worstFirst), [plans, question]);
  const others = { ...query, stages: new Set<never>() };
  const counts = countBy(filterPlans(plans, others, searchable), ({ standing }) => standing.stage);
  const over = plans.filter((plan) => (shareOfTarget(plan) ?? 0) > 1).length;
  const shown = stages.filter((stage) => counts.has(stage) || query.stages.has(stage));
  return (
    <>
      <p class="plan-count" aria-live="polite">
        {t('count', { count: plans.length })}
        {over > 0 && <strong> · {t('overPromise', { count: over })}</strong>}
      </p>
      <div class="tools">
        <SearchFilter label={t('filter')} text={query.text} />
        <select
          class="select-plain"
          aria-label={t('column.client')}
          value={query.clientId}
          onChange={(event) => setQuery({ client: event.currentTarget.value })}
        >
          {orNone(t('allClients'), clientChoices()).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <fieldset class="chips">
          <legend class="sr">{t('column.stage')}</legend>
          {shown.map((stage) => (
            <button
              key={stage}
              type="button"
              class="chip"
              aria-pressed={query.stages.has(stage)}
              onClick={() => setQuery({ stage: toggled(query.stages, stage).join(',') })}
            >
              <StageShape stage={stage} />
              {stageWord(stage)}
              <span class="chip-count">{counts.get(stage) ?? 0}</span>
            </button>
          ))}
        </fieldset>
      </div>
      {rows.length === 0 ? (
        <Nothing action={{ word: t('clear'), run: () => setQuery({ q: null, stage: null, client: null }) }}>
          {t('nothing')}
        </Nothing>
      ) : (
        <VirtualTable
          label={t('table')}
          class="plan-table"
          rowClass="plan-row"
          heads={planHeads()}
          items={rows}
          keyOf={({ id }) => id}
          rowPx={() => (isNarrow ? ROW_PX.narrow : ROW_PX.wide)}
          measureKey={String(isNarrow)}
          row={(plan, row) => <PlanRow key={plan.id} plan={plan} place={row} />}
        />
      )}
    </>
  );
}

const searchable = (plan: RecoveryPlanRow): string =>
  [plan.name, protectedName(plan) ?? '', clients.value.get(plan.clientId)?.name ?? '', plan.target.place].join('\n');

/** For a spreadsheet: base units, ISO times. */
function csvColumns(): CsvColumn<RecoveryPlanRow>[] {
  const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));
  return [
    [t('column.stage'), ({ standing }) => stageWord(standing.stage)],
    [common('csv.stateReason'), ({ standing }) => wordsOf(standing.said, nowMs.peek())],
    [t('form.name'), ({ name }) => name],
    [t('column.name'), protectedName],
    [t('column.client'), ({ clientId }) => clients.value.get(clientId)?.name ?? ''],
    [t('csv.exposureSeconds'), ({ standing }) => seconds(standing.exposureMs)],
    [t('csv.targetSeconds'), ({ rpo }) => (rpo.minutes === null ? null : rpo.minutes * 60)],
    [t('csv.newestAt'), ({ standing }) => standing.newestAt],
    [t('csv.dueAt'), ({ standing }) => standing.dueAt],
    [t('csv.breachAt'), ({ standing }) => standing.breachAt],
    [t('csv.place'), ({ target }) => target.place],
    [t('csv.offSite'), ({ target }) => common(target.isOffSite ? 'yes' : 'no')],
  ];
}
