import type { IfLost as IfLostDocument } from '../../../protocol/api/if-lost.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { clients } from '../../data/store.ts';
import { span } from '../../parts/recovery/span.ts';
import { SiteCardPanel } from '../../parts/SiteCardPanel.tsx';
import { clientHref, deviceHref, planHref } from '../../route/routes.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Words } from '../../ui/Words.tsx';
import { t as common } from '../../words/i18n.ts';
import { recovery } from './api.ts';
import { t } from './words.ts';

/** If this machine or service died now: what is lost, when it is back, what stops, who is called, what is missing. To be printed. */
export function IfLost({ kind, id }: { kind: 'devices' | 'services'; id: string }) {
  const loaded = useLoaded(`${kind} ${id} ${nowMinuteMs.value}`, () => recovery.ifLost(kind, id));
  return <div class="view if-lost">{<Async loaded={loaded}>{(document) => <Sheet it={document} />}</Async>}</div>;
}

type Plan = IfLostDocument['plans'][number];
type Service = IfLostDocument['services'][number];

function Sheet({ it }: { it: IfLostDocument }) {
  const client = clients.value.get(it.clientId);
  return (
    <>
      <header class="view-head">
        <div>
          <nav class="crumbs" aria-label={common('nav.crumbs')}>
            <a href="/recovery">{common('nav.recovery')}</a>
            {client && <a href={clientHref(client.id)}>{client.name}</a>}
            {it.deviceId !== null && <a href={deviceHref(it.deviceId)}>{it.name}</a>}
          </nav>
          <h1>{t('lost.title', { name: it.name })}</h1>
        </div>
        <div class="view-actions">
          <button type="button" class="button button-plain" onClick={() => window.print()}>
            {t('lost.print')}
          </button>
        </div>
      </header>
      <section class="card">
        <Facts across>
          <Fact label={t('lost.loss')}>
            <strong>{it.lossMs === null ? t('lost.all') : span(it.lossMs)}</strong>
          </Fact>
          <Fact label={t('lost.back')}>
            <strong>{it.restoreMs === null ? t('lost.nobodyKnows') : span(it.restoreMs)}</strong>
          </Fact>
        </Facts>
        {it.missing.length > 0 && (
          <>
            <h2>{t('lost.missing')}</h2>
            <ul class="lost-missing">
              {it.missing.map((said) => (
                <li key={JSON.stringify(said)} class="health-warning">
                  <Icon name="warning" size={16} />
                  <Words said={said} />
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section class="card">
        <header class="card-head">
          <h2>{t('lost.plans')}</h2>
        </header>
        {it.plans.length === 0 ? (
          <Nothing>{t('lost.noPlans')}</Nothing>
        ) : (
          <Table label={t('lost.plans')} items={it.plans} keyOf={({ planId }) => planId} columns={planColumns} folds />
        )}
      </section>
      <section class="card">
        <header class="card-head">
          <h2>{t('lost.stops')}</h2>
        </header>
        {it.services.length === 0 ? (
          <Nothing>{t('lost.nothingStops')}</Nothing>
        ) : (
          <Table label={t('lost.stops')} items={it.services} keyOf={({ id }) => id} columns={serviceColumns} folds />
        )}
      </section>
      {it.siteCard === null ? (
        <section class="card">
          <Nothing>{t('lost.nobodyToCall')}</Nothing>
        </section>
      ) : (
        <SiteCardPanel incident={{ siteCard: it.siteCard, siteId: null }} />
      )}
    </>
  );
}

const planColumns: readonly Column<Plan>[] = [
  { head: t('column.name'), kind: 'name', cell: ({ planId, plan }) => <a href={planHref(planId)}>{plan}</a> },
  { head: t('column.place'), cell: ({ place }) => place },
  { head: t('lost.loss'), cell: ({ lossMs }) => (lossMs === null ? t('lost.all') : span(lossMs)) },
  { head: t('column.newest'), cell: ({ newestAt }) => (newestAt === null ? t('never') : <Ago at={newestAt} />) },
  {
    head: t('lost.back'),
    cell: ({ restoreMs, rtoMs }) => (
      <>
        {restoreMs === null ? t('lost.nobodyKnows') : span(restoreMs)}
        {rtoMs !== null && <span class="cell-more">{t('lost.promised', { span: span(rtoMs) })}</span>}
      </>
    ),
  },
  { head: t('lost.proof'), cell: ({ isProven }) => t(isProven ? 'lost.proven' : 'lost.unproven') },
];

const serviceColumns: readonly Column<Service>[] = [
  { head: t('lost.service'), kind: 'name', cell: ({ name }) => name },
  { head: t('column.stage'), cell: ({ stops }) => t(stops ? 'lost.itStops' : 'lost.goesOn') },
  { head: t('lost.process'), cell: ({ blocks }) => blocks ?? '–' },
];
