import { useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { AvailabilityReport, AvailabilityRow, SubjectKind } from '../../../protocol/api/availability.ts';
import { sla } from '../../data/api-sla.ts';
import { type PeriodQuery, parsePeriod, periodOf } from '../../data/period.ts';
import { clients, server, sites } from '../../data/store.ts';
import { AvailabilityRowView, rowHref } from '../../parts/AvailabilityRow.tsx';
import { PeriodPicker } from '../../parts/PeriodPicker.tsx';
import { place, setQuery } from '../../route/router.ts';
import { useSelection } from '../../route/selection.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { CsvButton } from '../../ui/CsvButton.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useMedia } from '../../ui/media.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { SearchFilter } from '../../ui/SearchFilter.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import { figureOf, type Hours, worstFirst } from '../../words/availability.ts';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { dateIn } from '../../words/zone.ts';
import { availabilityCsv } from './availability-csv.ts';

const ROW_PX = { wide: 64, narrow: 150 };
const columns = ['sla.verdict', 'fleet.name', 'sla.ratio', 'sla.budget', 'sla.longest'] as const;
const kinds = ['client', 'site', 'device', 'tag', 'service'] as const satisfies readonly SubjectKind[];
const filters = ['client', 'site', 'tag'] as const;

interface Query extends PeriodQuery {
  readonly by: SubjectKind;
  readonly text: string;
  readonly filters: { readonly [Filter in (typeof filters)[number]]?: string };
}

function parse(params: URLSearchParams): Query {
  return {
    ...parsePeriod(params),
    by: kinds.find((kind) => kind === params.get('by')) ?? 'client',
    text: params.get('q') ?? '',
    filters: Object.fromEntries(filters.flatMap((name) => (params.get(name) ? [[name, params.get(name) ?? '']] : []))),
  };
}

/** What was promised and what was kept: clients, sites, devices, tags and services over a period, worst first. */
export function Availability() {
  const query = useComputed(() => parse(place.value.query)).value;
  const timeZone = server.value?.timeZone ?? 'UTC';
  const period = periodOf(query, timeZone);
  return (
    <div class="view availability">
      {period === null ? (
        <>
          <Head query={query} report={null} rows={[]} />
          <Tools query={query} timeZone={timeZone} />
          <Nothing>{t('period.incomplete')}</Nothing>
        </>
      ) : (
        <Report query={query} timeZone={timeZone} period={period} />
      )}
    </div>
  );
}

interface ReportProps {
  readonly query: Query;
  readonly timeZone: string;
  readonly period: NonNullable<ReturnType<typeof periodOf>>;
}

function Report({ query, timeZone, period }: ReportProps) {
  const asked = { ...period, by: query.by, ...query.filters };
  const loaded = useLoaded(JSON.stringify(asked), () => sla.availability(asked));
  const rows = matching(loaded.value?.items ?? [], query);
  return (
    <>
      <Head query={query} report={loaded.value} rows={rows} />
      <Tools query={query} timeZone={loaded.value?.timeZone ?? timeZone} />
      <Async loaded={loaded}>
        {() =>
          rows.length === 0 ? (
            <Nothing>{t(query.text ? 'sla.noMatch' : `sla.none.${query.by}`)}</Nothing>
          ) : (
            <Table rows={rows} query={query} />
          )
        }
      </Async>
    </>
  );
}

function matching(rows: readonly AvailabilityRow[], { text, hours }: Query): AvailabilityRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const placeOf = (row: AvailabilityRow) =>
    `${row.name} ${clients.value.get(row.clientId ?? '')?.name ?? ''} ${sites.value.get(row.siteId ?? '')?.name ?? ''}`;
  const found = rows.filter((row) => {
    const whole = placeOf(row).toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  return worstFirst(found, hours);
}

function Head({ query, report, rows }: { query: Query; report: AvailabilityReport | null; rows: AvailabilityRow[] }) {
  return (
    <header class="view-head">
      <div>
        <h1>{t('nav.availability')}</h1>
        <p class="lead" aria-live="polite">
          {report &&
            t('sla.lead', {
              verdicts: verdictCounts(rows, query.hours),
              from: dateText(dateIn(report.timeZone, Date.parse(report.from))),
              to: dateText(dateIn(report.timeZone, Date.parse(report.measuredUntil) - 1)),
              zone: report.timeZone,
            })}
        </p>
      </div>
      <div class="view-actions">
        <CsvButton
          name={() => `availability-${report?.period ?? ''}`}
          text={() => (report ? availabilityCsv(report, rows) : '')}
          disabled={report === null || rows.length === 0}
        />
      </div>
    </header>
  );
}

function verdictCounts(rows: readonly AvailabilityRow[], hours: Hours): string {
  const verdicts = rows.map((row) => figureOf(row, hours)?.verdict ?? 'no_data');
  return (['breached', 'indeterminate', 'met'] as const)
    .map((verdict) => `${verdicts.filter((each) => each === verdict).length} ${t(`verdict.${verdict}`).toLowerCase()}`)
    .join(', ');
}

function Tools({ query, timeZone }: { query: Query; timeZone: string }) {
  const chosen = filters.flatMap((name) => {
    const value = query.filters[name];
    if (value === undefined) return [];
    const label = name === 'tag' ? value : (name === 'client' ? clients : sites).value.get(value)?.name;
    return [{ name, label: label ?? value }];
  });
  return (
    <div class="tools availability-tools">
      <SearchFilter label={t('sla.filter')} text={query.text} />
      <Segmented
        label={t('sla.by')}
        value={query.by}
        options={kinds.map((value) => ({ value, label: t(`sla.by.${value}`) }))}
        onChange={(value) => setQuery({ by: value === 'client' ? null : value, sel: null })}
      />
      <PeriodPicker query={query} timeZone={timeZone} />
      {chosen.length > 0 && (
        <fieldset class="chips">
          <legend class="sr">{t('sla.filters')}</legend>
          {chosen.map(({ name, label }) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed="true"
              aria-label={t('fleet.remove', { label })}
              onClick={() => setQuery({ [name]: null })}
            >
              {label} <Icon name="close" size={12} />
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Table({ rows, query }: { rows: AvailabilityRow[]; query: Query }) {
  const isNarrow = useMedia('(max-width: 760px)');
  const selected = useSignal(place.value.query.get('sel'));
  const reveal = useRef<((index: number) => void) | null>(null);
  const carried = { ...carriedQuery(query) };
  const byId = new Map(rows.map((row) => [row.id, row]));
  const { selectedId } = useSelection({
    ids: rows.map(({ id }) => id),
    selected,
    hrefOf: (id) => {
      const row = byId.get(id);
      return row ? rowHref(row, carried) : '/availability';
    },
    onSelect: (_, index) => reveal.current?.(index),
  });
  return (
    <VirtualTable
      label={t('nav.availability')}
      class="availability-rows"
      rowClass="availability-row"
      heads={columns.map((key) => ({ id: key, text: t(key) }))}
      items={rows}
      keyOf={keyOf}
      rowPx={() => (isNarrow ? ROW_PX.narrow : ROW_PX.wide)}
      measureKey={String(isNarrow)}
      reveal={reveal}
      row={(row, at) => (
        <AvailabilityRowView
          key={row.id}
          row={row}
          hours={query.hours}
          href={rowHref(row, carried)}
          selected={row.id === selectedId}
          place={at}
        />
      )}
    />
  );
}

const keyOf = (row: AvailabilityRow) => row.id;

/** The period goes along into the ledger. */
function carriedQuery({ name, firstDay, lastDay, range, hours }: Query): Record<string, string> {
  return {
    ...(name !== 'this_month' && { period: name }),
    ...(firstDay && { from: firstDay }),
    ...(lastDay && { to: lastDay }),
    ...range,
    ...(hours === 'service' && { hours }),
  };
}
