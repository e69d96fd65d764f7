import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { BudgetAtRisk } from '../../../protocol/api/availability.ts';
import { nowMinuteMs, nowMs } from '../../data/clock.ts';
import { clients, month, reload, services } from '../../data/store.ts';
import { ServiceState } from '../../parts/ServiceState.tsx';
import { clientHref, fleetHref, ledgerHref } from '../../route/routes.ts';
import { When } from '../../ui/Ago.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration, percent } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

const AGAIN_MS = 5 * 60_000;

/** Figures of the month and plans travel with the overview only; it is asked again now and then. */
export function useFreshMonth(): void {
  const turn = useComputed(() => Math.floor(nowMinuteMs.value / AGAIN_MS));
  const shown = useRef(turn.peek());
  useEffect(() => {
    if (turn.value !== shown.current) void reload();
    shown.current = turn.value;
  }, [turn.value]);
}

/** Services that do not work now, and what stops with them. */
export function ServicesNotUp() {
  const down = [...services.value.values()].filter(({ state }) => state === 'down' || state === 'unknown');
  if (down.length === 0) return null;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('now.services')}</h2>
        <a class="quiet" href="/services">
          {t('now.allServices')}
        </a>
      </header>
      <ul class="aside-list">
        {down.map((service) => (
          <li key={service.id}>
            <p class="aside-line">
              <ServiceState state={service.state} />
              <strong>{service.name}</strong>
              <span class="quiet">{clients.value.get(service.clientId)?.name}</span>
            </p>
            <p class="quiet">
              <Words said={service.said} />
            </p>
            {service.blocks !== null && <p class="blocks">{t('services.blocksNow', { process: service.blocks })}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Planned work that runs now: nobody is told of what happens in it. */
export function MaintenanceNow() {
  const running = useComputed(() =>
    (month.value?.maintenance ?? []).filter(
      ({ from, to, isAlmostAlways }) =>
        isAlmostAlways || (Date.parse(from) <= nowMs.value && nowMs.value < Date.parse(to)),
    ),
  );
  if (running.value.length === 0) return null;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('now.maintenance')}</h2>
        <a class="quiet" href="/maintenance">
          {t('now.calendar')}
        </a>
      </header>
      <ul class="aside-list">
        {running.value.map((occurrence) => (
          <li key={`${occurrence.windowId}${occurrence.from}`}>
            <p class="aside-line">
              <Icon name="maintenance" size={16} />
              <strong>{occurrence.title}</strong>
              <span class="quiet">{clients.value.get(occurrence.clientId)?.name}</span>
            </p>
            {occurrence.isAlmostAlways && <p class="blocks">{t('now.almostAlways')}</p>}
            <p class="quiet">
              {rich('maintenance.until', { time: <When at={occurrence.to} /> })}{' '}
              {t(occurrence.excludes ? 'maintenance.excludes' : 'maintenance.silences')}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who has spent half of what this month allows. */
export function BudgetsAtRisk() {
  const budgets = month.value?.budgets ?? [];
  if (budgets.length === 0) return null;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('now.budgets')}</h2>
      </header>
      <ul class="aside-list">
        {budgets.map((budget) => (
          <li key={`${budget.kind}${budget.id}`}>
            <p class="aside-line">
              <a href={budgetHref(budget)}>{budget.name}</a>
              <span class="quiet">{budget.clientId && clients.value.get(budget.clientId)?.name}</span>
              <BudgetWord budget={budget} />
            </p>
            <svg
              class={`budget budget-${stageOf(budget)}`}
              viewBox="0 0 100 6"
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <rect class="stretch-track" width="100" height="6" />
              <rect class="stretch-fill" width={Math.min(100, budget.spentRatio * 100)} height="6" />
            </svg>
          </li>
        ))}
      </ul>
    </section>
  );
}

function stageOf({ spentRatio }: BudgetAtRisk): 'half' | 'close' | 'breached' {
  if (spentRatio >= 1) return 'breached';
  return spentRatio >= 0.75 ? 'close' : 'half';
}

function BudgetWord({ budget }: { budget: BudgetAtRisk }) {
  const { budgetLeftMs, spentRatio } = budget;
  return (
    <span class={`budget-word budget-word-${stageOf(budget)}`}>
      {budgetLeftMs < 0
        ? t('now.budgetOver', { span: duration(-budgetLeftMs) })
        : t('now.budgetLeft', { span: duration(budgetLeftMs), ratio: percent(Math.floor(spentRatio * 100) / 100) })}
    </span>
  );
}

function budgetHref({ kind, id }: BudgetAtRisk): string {
  if (kind === 'device' || kind === 'service' || kind === 'site') return ledgerHref(kind, id);
  return kind === 'client' ? clientHref(id) : fleetHref();
}

/** How often we knew before a person did, this month. */
export function AheadOfUsers() {
  const ahead = month.value?.ahead ?? null;
  if (ahead === null || ahead.counted === 0) return null;
  return (
    <section class="card ahead">
      <header class="card-head">
        <h2>{t('now.ahead')}</h2>
        <a class="quiet" href="/reports">
          {t('now.reports')}
        </a>
      </header>
      <p class="ahead-figure">
        <strong>{ahead.foundFirstRatio === null ? '–' : percent(Math.floor(ahead.foundFirstRatio * 100) / 100)}</strong>{' '}
        {ahead.medianLeadMs !== null && t('now.medianLead', { span: duration(Math.abs(ahead.medianLeadMs)) })}
      </p>
      <p class="quiet">
        {t('now.aheadOf', { found: ahead.foundFirst, count: ahead.counted })}{' '}
        {ahead.missed.length > 0 && t('now.missed', { count: ahead.missed.length })}
      </p>
    </section>
  );
}
