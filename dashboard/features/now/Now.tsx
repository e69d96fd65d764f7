import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { DeviceSummary, Incident } from '../../../protocol/api/view.ts';
import { api, sentenceOf } from '../../data/api.ts';
import { useHeldOrder } from '../../data/hold.ts';
import { countStates } from '../../data/select.ts';
import { canAct, devices, incidents, keepIncident, lookAtRows, me } from '../../data/store.ts';
import { triage } from '../../data/triage.ts';
import { FleetMap } from '../../parts/FleetMap.tsx';
import { IncidentCards } from '../../parts/IncidentCards.tsx';
import { acknowledge } from '../../parts/IncidentParts.tsx';
import { NoMachines, QuietHorizon } from '../../parts/NoMachines.tsx';
import { ServerHealthCard } from '../../parts/ServerHealthCard.tsx';
import { StateShape } from '../../parts/StateBadge.tsx';
import { useKeys } from '../../route/keys.ts';
import { place } from '../../route/router.ts';
import { fleetHref, incidentHref, withQuery } from '../../route/routes.ts';
import { useSelection } from '../../route/selection.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { say } from '../../ui/Toasts.tsx';
import { Words } from '../../ui/Words.tsx';
import { rich, t } from '../../words/i18n.ts';
import { AheadOfUsers, BudgetsAtRisk, MaintenanceNow, ServicesNotUp, useFreshMonth } from './Month.tsx';
import { RecoveryAtRisk } from './RecoveryAtRisk.tsx';

const RESOLVED_SHOWN = 6;

/** What needs somebody now, and beside it the fleet at a glance. */
export function Now() {
  const groups = useComputed(() => triage(incidents.value.values()));
  useFreshMonth();
  const { waiting, inHand, resolved } = groups.value;
  const isEmpty = devices.value.size === 0;
  return (
    <div class="view now">
      <header class="view-head">
        <div>
          <h1>{headline(waiting.length, inHand.length, devices.value.size)}</h1>
          <FleetSentence />
        </div>
      </header>
      <div class="now-columns">
        <div class="now-incidents">
          {isEmpty ? (
            <NoMachines />
          ) : waiting.length + inHand.length === 0 ? (
            <AllQuiet resolved={resolved} />
          ) : (
            <OpenIncidents waiting={waiting} inHand={inHand} />
          )}
          {resolved.length > 0 && <ResolvedLately resolved={resolved} />}
        </div>
        <aside class="now-side" aria-label={t('now.aside')}>
          <ServicesNotUp />
          <MaintenanceNow />
          {!isEmpty && (
            <section class="card">
              <header class="card-head">
                <h2>{t('now.fleet')}</h2>
                <StateCounts />
              </header>
              <FleetMap />
            </section>
          )}
          <RecoveryAtRisk />
          <BudgetsAtRisk />
          <AheadOfUsers />
          <ServerHealthCard />
        </aside>
      </div>
    </div>
  );
}

function headline(waiting: number, inHand: number, machines: number): string {
  if (machines === 0) return t('now.headlineEmpty');
  if (waiting > 0) return t('now.headlineWaiting', { count: waiting });
  return inHand > 0 ? t('now.headlineInHand', { count: inHand }) : t('now.headlineQuiet');
}

function FleetSentence() {
  const total = devices.value.size;
  if (total === 0) return null;
  const up = countStates(devices.value.values()).find(({ state }) => state === 'up')?.count ?? 0;
  return <p class="lead">{t('now.fleetSentence', { up, count: total })}</p>;
}

function StateCounts() {
  return (
    <ul class="state-counts">
      {countStates(devices.value.values()).map(({ state, count }) => (
        <li key={state}>
          <a href={fleetHref({ state })}>
            <StateShape state={state} />
            <b>{count}</b> {t(`state.${state}`).toLowerCase()}
          </a>
        </li>
      ))}
    </ul>
  );
}

function OpenIncidents({ waiting, inHand }: { waiting: readonly Incident[]; inHand: readonly Incident[] }) {
  const list = useRef<HTMLDivElement | null>(null);
  const { items, isHeld, ref } = useHeldOrder({
    next: [...waiting, ...inHand],
    idOf: (incident) => incident.id,
    known: (id) => incidents.value.get(id),
    question: '',
  });
  const setList = useCallback(
    (element: HTMLDivElement | null) => {
      list.current = element;
      ref(element);
    },
    [ref],
  );
  const selected = useSignal(place.value.query.get('sel'));
  const { selectedId } = useSelection({
    ids: items.map((incident) => incident.id),
    selected,
    hrefOf: incidentHref,
    onSelect: (id) =>
      list.current?.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'nearest' }),
  });
  useIncidentKeys(selectedId);
  // A row that is acknowledged under the pointer stays where it is; the groups part again when the pointer leaves.
  const first = isHeld ? items : waiting;
  const second = isHeld ? [] : inHand;
  return (
    <div ref={setList}>
      <IncidentCards incidents={first} selectedId={selectedId} />
      {second.length > 0 && (
        <>
          {waiting.length > 0 && <h2 class="section-title">{t('now.inHand')}</h2>}
          <IncidentCards incidents={second} selectedId={selectedId} />
        </>
      )}
    </div>
  );
}

/** a acknowledges the chosen incident, m gives it to me. */
function useIncidentKeys(selectedId: string | null): void {
  const onSelected = (act: (incident: Incident) => Promise<unknown>) => () => {
    const incident = selectedId === null ? undefined : incidents.value.get(selectedId);
    if (incident && canAct.value) act(incident).catch((error: unknown) => say(sentenceOf(error), 'error'));
  };
  useKeys({
    a: onSelected(acknowledge),
    m: onSelected(async (incident) => keepIncident(await api.assign(incident.id, me.value?.id ?? null))),
  });
}

function AllQuiet({ resolved }: { resolved: readonly Incident[] }) {
  const newest = useComputed(() =>
    [...devices.value.values()].reduce<DeviceSummary | null>(
      (latest, device) => ((device.lastReportAt ?? '') > (latest?.lastReportAt ?? '') ? device : latest),
      null,
    ),
  );
  const newestId = newest.value?.id ?? null;
  // That one report is told live is enough to show that reports come.
  useEffect(() => {
    lookAtRows(newestId === null ? [] : [newestId]);
    return () => lookAtRows([]);
  }, [newestId]);
  const last = resolved[0];
  return (
    <section class="card quiet-card">
      <QuietHorizon />
      <div>
        <p>
          {newest.value?.lastReportAt
            ? rich('now.newestReport', { ago: <Ago at={newest.value.lastReportAt} /> })
            : t('now.noReportYet')}
        </p>
        <p class="quiet">
          {last?.resolvedAt ? rich('now.lastTrouble', { when: <When at={last.resolvedAt} /> }) : t('now.noTrouble')}
        </p>
      </div>
    </section>
  );
}

function ResolvedLately({ resolved }: { resolved: readonly Incident[] }) {
  return (
    <section>
      <header class="section-head">
        <h2 class="section-title">{t('now.resolved')}</h2>
        {resolved.length > RESOLVED_SHOWN && (
          <a href={withQuery('/incidents', { state: 'resolved' })}>
            {t('now.allResolved', { count: resolved.length })}
          </a>
        )}
      </header>
      <ul class="resolved-list">
        {resolved.slice(0, RESOLVED_SHOWN).map((incident) => (
          <li key={incident.id}>
            <a href={incidentHref(incident.id)}>
              <Words said={incident.said} at={incident.resolvedAt} />
            </a>
            <span class="quiet">{devices.value.get(incident.deviceId ?? '')?.name}</span>
            <span class="quiet resolved-at">{incident.resolvedAt && <Ago at={incident.resolvedAt} />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
