import { useComputed, useSignal } from '@preact/signals';
import type { Ledger as LedgerDocument } from '../../../protocol/api/availability.ts';
import { ledgerPath, type Period, sla } from '../../data/api-sla.ts';
import { type PeriodQuery, parsePeriod, periodOf } from '../../data/period.ts';
import { canAct, clients, devices, server, sites } from '../../data/store.ts';
import { PeriodPicker } from '../../parts/PeriodPicker.tsx';
import { place } from '../../route/router.ts';
import { clientHref, deviceHref, type LedgerKind, siteHref } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { dayTime } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { Attestations } from './Attestations.tsx';
import { LedgerFigure } from './LedgerFigure.tsx';
import { LedgerIntervals } from './LedgerIntervals.tsx';
import { Revisions } from './Revisions.tsx';

interface Subject {
  readonly kind: LedgerKind;
  readonly id: string;
}

/** The evidence of a figure: every interval of the period, what proves it, and what was revised. */
export function Ledger({ kind, id }: Subject) {
  return <LedgerOf key={`${kind} ${id}`} kind={kind} id={id} />;
}

function LedgerOf(subject: Subject) {
  const query = useComputed(() => parsePeriod(place.value.query)).value;
  const timeZone = server.value?.timeZone ?? 'UTC';
  const period = periodOf(query, timeZone);
  if (period !== null) return <Loaded subject={subject} query={query} period={period} timeZone={timeZone} />;
  return (
    <div class="view ledger-view">
      <h1>{t('ledger.title', { name: '' })}</h1>
      <PeriodPicker query={query} timeZone={timeZone} />
      <Nothing>{t('period.incomplete')}</Nothing>
    </div>
  );
}

interface LoadedProps {
  readonly subject: Subject;
  readonly query: PeriodQuery;
  readonly period: Period;
  readonly timeZone: string;
}

function Loaded({ subject, query, period, timeZone }: LoadedProps) {
  const { kind, id } = subject;
  const revision = useSignal(0);
  const key = `${JSON.stringify(period)} ${revision.value}`;
  const ledger = useLoaded(key, () => sla.ledger(kind, id, period));
  const report = useLoaded(key, () => sla.availability({ ...period, by: kind, [kind]: id }));
  const changed = () => {
    revision.value += 1;
  };
  return (
    <div class="view ledger-view">
      <Async loaded={ledger}>
        {(document) => (
          <>
            <Head subject={subject} ledger={document} period={period} timeZone={report.value?.timeZone ?? timeZone} />
            <PeriodPicker query={query} timeZone={report.value?.timeZone ?? timeZone} />
            <LedgerFigure query={query} ledger={document} report={report.value} />
            <LedgerIntervals
              attestFor={kind === 'device' && canAct.value ? id : null}
              ledger={document}
              timeZone={report.value?.timeZone ?? timeZone}
              onChange={changed}
            />
            <div class="ledger-columns">
              <Revisions revisions={document.revisions} />
              {kind === 'device' && <Attestations deviceId={id} revision={revision.value} onChange={changed} />}
            </div>
          </>
        )}
      </Async>
    </div>
  );
}

interface HeadProps {
  readonly subject: Subject;
  readonly ledger: LedgerDocument;
  readonly period: Period;
  readonly timeZone: string;
}

function Head({ subject, ledger, period, timeZone }: HeadProps) {
  const { kind, id } = subject;
  const file = (format: 'json' | 'csv') => `/api/v1${ledgerPath(kind, id, period, format)}`;
  const name = `vigia-ledger-${ledger.name.replace(/\W+/g, '-')}-${ledger.from.slice(0, 10)}`;
  return (
    <header class="view-head">
      <div>
        <Crumbs subject={subject} />
        <h1>{t('ledger.title', { name: ledger.name })}</h1>
        <p class="lead">
          {t('ledger.lead', {
            from: dayTime(Date.parse(ledger.from)),
            to: dayTime(Date.parse(ledger.to)),
            zone: timeZone,
          })}
        </p>
      </div>
      <div class="view-actions">
        {(['csv', 'json'] as const).map((format) => (
          <a key={format} class="button button-plain" href={file(format)} download={`${name}.${format}`}>
            <Icon name="download" size={16} />
            {format.toUpperCase()}
          </a>
        ))}
      </div>
    </header>
  );
}

function Crumbs({ subject: { kind, id } }: { subject: Subject }) {
  const device = kind === 'device' ? devices.value.get(id) : undefined;
  const site = sites.value.get(kind === 'site' ? id : (device?.siteId ?? ''));
  const client = clients.value.get(site?.clientId ?? '');
  return (
    <nav class="crumbs" aria-label={t('nav.crumbs')}>
      <a href="/availability">{t('nav.availability')}</a>
      {client && <a href={clientHref(client.id)}>{client.name}</a>}
      {site && <a href={siteHref(site.id)}>{site.name}</a>}
      {device && <a href={deviceHref(device.id)}>{device.name}</a>}
    </nav>
  );
}
