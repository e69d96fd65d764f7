import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type {
  AvailabilityFigure,
  AvailabilityReport,
  Ledger as LedgerDocument,
  LedgerEntry,
} from '../../../protocol/api/availability.ts';
import { ledgerPath, type Period, sla } from '../../data/api-sla.ts';
import { type PeriodQuery, parsePeriod, periodOf } from '../../data/period.ts';
import { canAct, clients, devices, server, sites } from '../../data/store.ts';
import { AttestDialog } from '../../parts/AttestDialog.tsx';
import { Budget } from '../../parts/Budget.tsx';
import { LedgerSwatch } from '../../parts/LedgerMark.tsx';
import { PeriodPicker } from '../../parts/PeriodPicker.tsx';
import { Ratio } from '../../parts/Ratio.tsx';
import { VerdictBadge } from '../../parts/Verdict.tsx';
import { useKeys } from '../../route/keys.ts';
import { place, route, setQuery } from '../../route/router.ts';
import { clientHref, deviceHref, type LedgerKind, siteHref } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import {
  clipEntries,
  cutFigure,
  figureOf,
  type LedgerState,
  ledgerStates,
  partitionOf,
} from '../../words/availability.ts';
import { dayTime } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { figureSentences, partitionText, percentOr, wholeSpan } from '../../words/sla-text.ts';
import { Attestations } from './Attestations.tsx';
import { LedgerTable } from './LedgerTable.tsx';
import { LedgerTimeline, type Span, spanText } from './LedgerTimeline.tsx';
import { Revisions } from './Revisions.tsx';

interface Subject {
  readonly kind: LedgerKind;
  readonly id: string;
}

/** The evidence of a figure: every interval of the period, what proves it, and what was revised. */
export function Ledger() {
  const to = route.value;
  return to.view === 'ledger' ? <LedgerOf key={`${to.kind} ${to.id}`} kind={to.kind} id={to.id} /> : null;
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
      <p class="nothing">{t('period.incomplete')}</p>
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
            <FigureCard query={query} ledger={document} report={report.value} />
            <Intervals
              subject={subject}
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

interface FigureProps {
  readonly query: PeriodQuery;
  readonly ledger: LedgerDocument;
  readonly report: AvailabilityReport | null;
}

/** The figure with the sentences that explain it. */
function FigureCard({ query, ledger, report }: FigureProps) {
  const row = report?.items[0];
  const inService = row ? figureOf(row, 'service') : null;
  const figure = query.hours === 'always' ? ledger.figure : inService;
  if (figure === null) {
    return (
      <section class="card">
        <p class="nothing">{report === null ? t('loading') : t('sla.noContract')}</p>
      </section>
    );
  }
  const without = query.hours === 'always' ? ledger.withoutClauses : row?.serviceHoursWithoutClauses;
  return (
    <section class="card figure-card" aria-label={t('sla.figure')}>
      <div class="figure-main">
        <VerdictBadge figure={figure} />
        <Ratio figure={figure} />
        <Budget figure={figure} />
      </div>
      <div class="figure-words">
        {query.hours === 'service' && <p class="hint">{t('sla.inServiceHours')}</p>}
        <p class="figure-sentence">{figureSentences(figure).join(' ')}</p>
        {without && (
          <p class="figure-sentence">
            {t('sla.withoutClauses', {
              span: wholeSpan(figure.excludedMs - without.excludedMs),
              ratio: percentOr(cutFigure(without).ratio),
              verdict: t(`verdict.${without.verdict}`).toLowerCase(),
            })}
          </p>
        )}
        <FigureFacts figure={figure} />
      </div>
    </section>
  );
}

function FigureFacts({ figure }: { figure: AvailabilityFigure }) {
  const { outages, openOutages, mttrMs, mtbfMs, longestOutage } = figure;
  return (
    <dl class="fact-row">
      <Fact label={t('sla.outages')}>
        {openOutages === 0 ? outages : t('sla.outagesOpen', { outages, open: openOutages })}
      </Fact>
      <Fact label={t('sla.longest')}>{longestOutage ? wholeSpan(longestOutage.durationMs) : t('sla.noOutage')}</Fact>
      <Fact label={t('sla.mttr')}>{mttrMs === null ? '–' : wholeSpan(mttrMs)}</Fact>
      <Fact label={t('sla.mtbf')}>{mtbfMs === null ? '–' : wholeSpan(mtbfMs)}</Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface IntervalsProps {
  readonly subject: Subject;
  readonly ledger: LedgerDocument;
  readonly timeZone: string;
  readonly onChange: () => void;
}

function Intervals({ subject, ledger, timeZone, onChange }: IntervalsProps) {
  const attesting = useSignal<LedgerEntry | null>(null);
  const whole: Span = { fromMs: Date.parse(ledger.from), toMs: Date.parse(ledger.to) };
  const shown = zoomOf(place.value.query.get('zoom'), whole);
  const wanted = statesOf(place.value.query.get('state'));
  const inside = clipEntries(ledger.items, shown.fromMs, shown.toMs);
  const entries = inside.filter(({ entry }) => wanted.size === 0 || wanted.has(entry.state)).reverse();
  const zoom = (span: Span | null) =>
    setQuery({ zoom: span && `${new Date(span.fromMs).toISOString()}~${new Date(span.toMs).toISOString()}` });
  useKeys({ w: () => zoom(null) });
  const mayAttest = subject.kind === 'device' && canAct.value;
  return (
    <>
      <LedgerTimeline whole={whole} shown={shown} entries={inside} timeZone={timeZone} onZoom={zoom} />
      <section class="ledger-intervals">
        <header class="section-head">
          <h2>{t('ledger.intervals')}</h2>
          <p class="quiet ledger-summary">
            {t('strip.day', { day: spanText(shown, timeZone), parts: partitionText(partitionOf(inside)) })}
          </p>
        </header>
        <StateChips wanted={wanted} counts={countByState(inside.map(({ entry }) => entry))} />
        {entries.length === 0 ? (
          <p class="nothing">{t(inside.length === 0 ? 'ledger.empty' : 'ledger.noneOfState')}</p>
        ) : (
          <LedgerTable
            entries={entries}
            onAttest={
              mayAttest
                ? (entry) => {
                    attesting.value = entry;
                  }
                : undefined
            }
          />
        )}
      </section>
      {attesting.value && (
        <AttestDialog
          subject={{ deviceId: subject.id }}
          entry={attesting.value}
          onClose={() => {
            attesting.value = null;
          }}
          onDone={() => {
            attesting.value = null;
            onChange();
          }}
        />
      )}
    </>
  );
}

function StateChips({
  wanted,
  counts,
}: {
  wanted: ReadonlySet<LedgerState>;
  counts: ReadonlyMap<LedgerState, number>;
}) {
  const toggle = (state: LedgerState) => {
    const next = new Set(wanted);
    if (!next.delete(state)) next.add(state);
    setQuery({ state: [...next].join(',') });
  };
  return (
    <fieldset class="chips">
      <legend class="sr">{t('fleet.states')}</legend>
      {ledgerStates.map((state) => (
        <button key={state} type="button" class="chip" aria-pressed={wanted.has(state)} onClick={() => toggle(state)}>
          <LedgerSwatch state={state} />
          {t(`ledger.${state}`)} <span class="count">{counts.get(state) ?? 0}</span>
        </button>
      ))}
    </fieldset>
  );
}

function countByState(entries: readonly LedgerEntry[]): Map<LedgerState, number> {
  const counts = new Map<LedgerState, number>();
  for (const { state } of entries) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

function statesOf(text: string | null): Set<LedgerState> {
  const names = (text ?? '').split(',');
  return new Set(ledgerStates.filter((state) => names.includes(state)));
}

/** What the address says is shown of the period, kept inside it. */
function zoomOf(text: string | null, whole: Span): Span {
  const [from = Number.NaN, to = Number.NaN] = (text ?? '').split('~').map((at) => Date.parse(at));
  const span = { fromMs: Math.max(whole.fromMs, from), toMs: Math.min(whole.toMs, to) };
  return span.toMs > span.fromMs ? span : whole;
}
