import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { DeviceSummary, PresenceState } from '../../../protocol/api/view.ts';
import { csvOf } from '../../data/csv.ts';
import { useHeldOrder } from '../../data/hold.ts';
import { countStates } from '../../data/select.ts';
import { canAct, clients, devices, lookAtRows, reload, sites } from '../../data/store.ts';
import { toggled } from '../../data/toggled.ts';
import { NoMachines } from '../../parts/NoMachines.tsx';
import { StateShape } from '../../parts/StateBadge.tsx';
import { density } from '../../route/prefs.ts';
import { place, setQuery } from '../../route/router.ts';
import { deviceHref } from '../../route/routes.ts';
import { useSelection } from '../../route/selection.ts';
import { CsvButton } from '../../ui/CsvButton.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { LinkButton } from '../../ui/LinkButton.tsx';
import { useMedia } from '../../ui/media.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { SearchFilter } from '../../ui/SearchFilter.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { useChosenInSight } from '../../ui/sideways.ts';
import { VirtualTable } from '../../ui/VirtualTable.tsx';
import { t } from '../../words/i18n.ts';
import { DeviceRow, fleetHeads, GroupRow } from './FleetRows.tsx';
import { csvColumns } from './fleet-columns.ts';
import {
  comparison,
  type FleetQuery,
  type FleetRow,
  filterDevices,
  groupings,
  groupRows,
  parseFleetQuery,
  readingSorts,
} from './fleet-query.ts';

const ROW_PX = { dense: 32, comfortable: 42, narrow: 62 };
const GROUP_PX = 38;
const HEAD_PX = 120;

/** Every machine, in rows. */
export function Fleet() {
  const query = useComputed(() => parseFleetQuery(place.value.query));
  const names = useComputed(() => ({ clients: clients.value, sites: sites.value }));
  const counted = useComputed(() =>
    countStates(filterDevices(devices.value.values(), names.value, query.value, { ignoreStates: true })),
  );
  const sorted = useComputed(() =>
    filterDevices(devices.value.values(), names.value, query.value).sort(comparison(names.value, query.value)),
  );
  const {
    items: shown,
    isHeld,
    ref,
  } = useHeldOrder({
    next: sorted.value,
    idOf: (device) => device.id,
    known: (id) => devices.value.get(id),
    question: JSON.stringify([query.value, [...query.value.states]]),
  });
  const { grouping } = query.value;
  const namesNow = names.value;
  const rows = useMemo(() => groupRows(shown, namesNow, grouping), [shown, namesNow, grouping]);
  if (devices.value.size === 0) return <EmptyFleet />;
  return (
    <div class="view fleet">
      <header class="view-head">
        <div>
          <h1>{t('nav.fleet')}</h1>
          <p class="lead" aria-live="polite">
            {t('fleet.count', { shown: shown.length, count: devices.value.size })}
            {isHeld && ` · ${t('fleet.held')}`}
          </p>
        </div>
        <div class="view-actions">
          <CsvButton
            name={() => `fleet-${new Date().toISOString().slice(0, 10)}`}
            text={() => newestCsv(shown, names.value)}
          />
          {canAct.value && <LinkButton href="/add">{t('nav.add')}</LinkButton>}
        </div>
      </header>
      <FleetTools query={query.value} counted={counted.value} />
      {rows.length === 0 ? (
        <Nothing
          action={{
            word: t('fleet.clear'),
            run: () => setQuery({ q: null, state: null, client: null, site: null, incidents: null, drive: null }),
          }}
        >
          {t('fleet.nothing')}
        </Nothing>
      ) : (
        <FleetTable rows={rows} query={query.value} onBody={ref} />
      )}
    </div>
  );
}

/** With the newest reading of every row: of those off the screen the page has older ones. */
async function newestCsv(shown: readonly DeviceSummary[], names: Parameters<typeof csvColumns>[0]): Promise<string> {
  await reload();
  const rows = shown.map((device) => devices.value.get(device.id) ?? device);
  return csvOf(rows, csvColumns(names));
}

function EmptyFleet() {
  return (
    <div class="view">
      <header class="view-head">
        <h1>{t('nav.fleet')}</h1>
      </header>
      <NoMachines />
    </div>
  );
}

interface ToolsProps {
  readonly query: FleetQuery;
  readonly counted: readonly { state: PresenceState; count: number }[];
}

function FleetTools({ query, counted }: ToolsProps) {
  const toggle = (state: PresenceState) => setQuery({ state: toggled(query.states, state).join(',') });
  const chipRow = useRef<HTMLFieldSetElement>(null);
  useChosenInSight(chipRow, '');
  const client = query.clientId === null ? undefined : clients.value.get(query.clientId);
  const site = query.siteId === null ? undefined : sites.value.get(query.siteId);
  const chips = [
    ...new Map([
      ...counted.map(({ state, count }) => [state, count] as const),
      ...[...query.states].map((state) => [state, counted.find((each) => each.state === state)?.count ?? 0] as const),
    ]),
  ];
  return (
    <div class="tools">
      <SearchFilter label={t('fleet.filter')} text={query.text} />
      <Segmented
        label={t('fleet.group')}
        value={query.grouping}
        options={groupings.map((value) => ({ value, label: t(`fleet.group.${value}`) }))}
        onChange={(value) => setQuery({ group: value === 'none' ? null : value })}
      />
      <fieldset ref={chipRow} class="chips">
        <legend class="sr">{t('fleet.states')}</legend>
        {chips.map(([state, count]) => (
          <button
            key={state}
            type="button"
            class="chip"
            aria-pressed={query.states.has(state)}
            onClick={() => toggle(state)}
          >
            <StateShape state={state} />
            {t(`state.${state}`)} <span class="count">{count}</span>
          </button>
        ))}
        <button
          type="button"
          class="chip"
          aria-pressed={query.withIncidents}
          onClick={() => setQuery({ incidents: query.withIncidents ? null : 'open' })}
        >
          <Icon name="incidents" size={16} />
          {t('fleet.withIncidents')}
        </button>
        <LowDrivesChip query={query} />
        {client && <RemoveChip label={client.name} onRemove={() => setQuery({ client: null })} />}
        {site && <RemoveChip label={site.name} onRemove={() => setQuery({ site: null })} />}
      </fieldset>
    </div>
  );
}

/** The weekly digest's list: those with least first. Not there while no workstation is on it. */
function LowDrivesChip({ query: { lowDrives } }: Pick<ToolsProps, 'query'>) {
  const count = useComputed(() => [...devices.value.values()].filter((device) => device.lowDriveBytes !== null).length);
  if (count.value === 0 && !lowDrives) return null;
  const next = lowDrives ? { drive: null, sort: null } : { drive: 'low', sort: '-disk' };
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={lowDrives}
      title={t('fleet.lowDrivesHint')}
      onClick={() => setQuery(next)}
    >
      <Icon name="workstation" size={16} />
      {t('fleet.lowDrives')} <span class="count">{count}</span>
    </button>
  );
}

function RemoveChip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed="true" aria-label={t('fleet.remove', { label })} onClick={onRemove}>
      {label} <Icon name="close" size={12} />
    </button>
  );
}

interface TableProps {
  readonly rows: readonly FleetRow[];
  readonly query: FleetQuery;
  readonly onBody: (element: HTMLElement | null) => void;
}

function FleetTable({ rows, query, onBody }: TableProps) {
  const isNarrow = useMedia('(max-width: 760px)');
  const devicePx = isNarrow ? ROW_PX.narrow : ROW_PX[density.value];
  const isByReading = readingSorts.has(query.sort);
  useEffect(() => () => lookAtRows([]), []);
  const reveal = useRef<((index: number) => void) | null>(null);
  const selected = useSignal(place.value.query.get('sel'));
  const indexes = useMemo(() => deviceIndexes(rows), [rows]);
  const { selectedId } = useSelection({
    ids: indexes.ids,
    selected,
    hrefOf: deviceHref,
    onSelect: (_, position) => reveal.current?.(indexes.rows[position] ?? 0),
  });
  return (
    <VirtualTable
      label={t('nav.fleet')}
      class={`fleet-table group-${query.grouping}`}
      rowClass="fleet-row"
      heads={fleetHeads(query)}
      items={rows}
      keyOf={rowKey}
      rowPx={({ kind }) => (kind === 'group' ? GROUP_PX : devicePx)}
      measureKey={`${devicePx} ${query.grouping}`}
      coveredPx={HEAD_PX}
      reveal={reveal}
      body={onBody}
      shownFor={String(isByReading)}
      onShown={(shown) =>
        lookAtRows(
          shown.flatMap((row) => (row.kind === 'device' ? [row.device.id] : [])),
          isByReading,
        )
      }
      row={(row, at) =>
        row.kind === 'group' ? (
          <GroupRow key={rowKey(row)} row={row} place={at} />
        ) : (
          <DeviceRow
            key={rowKey(row)}
            device={row.device}
            selected={row.device.id === selectedId}
            ofLowDrives={query.lowDrives}
            place={at}
          />
        )
      }
    />
  );
}

/** The devices among the rows, and in which row each stands. */
function deviceIndexes(rows: readonly FleetRow[]): { ids: string[]; rows: number[] } {
  const found = { ids: [] as string[], rows: [] as number[] };
  rows.forEach((row, index) => {
    if (row.kind === 'group') return;
    found.ids.push(row.device.id);
    found.rows.push(index);
  });
  return found;
}

function rowKey(row: FleetRow): string {
  return row.kind === 'group' ? `g${row.id}` : row.device.id;
}
