import type { DeviceSummary } from '../../../protocol/api/view.ts';
import { nowMs } from '../../data/clock.ts';
import { countStates, isThere } from '../../data/select.ts';
import { clients, flapping, sites } from '../../data/store.ts';
import { InMaintenance } from '../../parts/InMaintenance.tsx';
import { FlappingShape, PriorityShape, StateBadge, StateShape } from '../../parts/StateBadge.tsx';
import { navigate, setQuery } from '../../route/router.ts';
import { deviceHref, fleetHref } from '../../route/routes.ts';
import { Ago, Lasting } from '../../ui/Ago.tsx';
import { Bar } from '../../ui/Bar.tsx';
import { bytes } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import { fleetColumns } from './fleet-columns.ts';
import type { FleetQuery, FleetRow, SortColumn } from './fleet-query.ts';

export function FleetHead({ query }: { query: FleetQuery }) {
  const sort = (column: SortColumn) => {
    const turned = query.sort === column && !query.descending;
    setQuery({ sort: turned ? `-${column}` : column === 'state' ? null : column });
  };
  return (
    <thead class="fleet-head">
      <tr class="fleet-row" aria-rowindex={1}>
        {fleetColumns.map(([column, label]) => (
          <th
            key={column}
            scope="col"
            class={`cell cell-${column}`}
            aria-sort={query.sort === column ? (query.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" class="sort" onClick={() => sort(column)}>
              {t(column === 'disk' && query.lowDrives ? 'fleet.systemDrive' : label)}
              <span class="sort-arrow" aria-hidden="true">
                {query.sort === column ? (query.descending ? '↓' : '↑') : ''}
              </span>
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface At {
  readonly rowIndex: number;
  readonly offsetPx: number;
  readonly heightPx: number;
}

const placed = ({ offsetPx, heightPx }: At) => ({ transform: `translateY(${offsetPx}px)`, height: `${heightPx}px` });

export function GroupRow({ row, ...at }: At & { row: Extract<FleetRow, { kind: 'group' }> }) {
  return (
    <tr class="fleet-group" aria-rowindex={at.rowIndex} style={placed(at)}>
      <th scope="rowgroup" colSpan={fleetColumns.length} class="fleet-group-cell">
        <strong>{row.title}</strong>
        <span class="quiet">{t('fleet.machines', { count: row.devices.length })}</span>
        {countStates(row.devices)
          .filter(({ state }) => state !== 'up')
          .map(({ state, count }) => (
            <span key={state} class="badge quiet">
              <StateShape state={state} />
              {count} {t(`state.${state}`).toLowerCase()}
            </span>
          ))}
      </th>
    </tr>
  );
}

/** `Debian GNU/Linux 13` is called Debian 13 where room is short; the whole name stands on hover. */
const shortSystem = (os: string) => os.replace(/ ?GNU\/Linux/, '');

interface DeviceRowProps extends At {
  readonly device: DeviceSummary;
  readonly selected: boolean;
  /** The list is that of system drives short of space: the row says what is left there. */
  readonly ofLowDrives: boolean;
}

export function DeviceRow({ device, selected, ofLowDrives, ...at }: DeviceRowProps) {
  const stale = !isThere(device);
  const disk = device.fullestDisk;
  const client = clients.value.get(device.clientId);
  const site = sites.value.get(device.siteId);
  return (
    <tr
      class={`fleet-row${selected ? ' selected' : ''}`}
      aria-rowindex={at.rowIndex}
      style={placed(at)}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a, button') && !window.getSelection()?.toString())
          navigate(deviceHref(device.id));
      }}
    >
      <td class="cell cell-state" title={wordsOf(device.stateSaid, nowMs.peek())}>
        <StateBadge state={device.state} />
      </td>
      <th scope="row" class="cell cell-name">
        <a href={deviceHref(device.id)}>{device.name}</a>
        <InMaintenance device={device} />
        {flapping.value.has(device.id) && (
          <span class="row-flapping" title={t('fleet.flapping')}>
            <FlappingShape />
            <span class="sr">{t('fleet.flapping')}</span>
          </span>
        )}
        {device.worstPriority && (
          <span class="row-incidents" title={t('fleet.openIncidents', { count: device.openIncidents })}>
            <PriorityShape priority={device.worstPriority} />
            <span class="sr">{t('fleet.openIncidents', { count: device.openIncidents })}</span>
          </span>
        )}
      </th>
      <td class="cell cell-client">{client && <a href={fleetHref({ client: client.id })}>{client.name}</a>}</td>
      <td class="cell cell-site">{site && <a href={fleetHref({ site: site.id })}>{site.name}</a>}</td>
      <td class="cell cell-os" title={device.os ?? undefined}>
        {device.os === null ? '–' : shortSystem(device.os)}
      </td>
      <td class="cell cell-cpu">
        <Bar ratio={device.cpuBusyRatio} label={t('fleet.cpu')} stale={stale} />
      </td>
      <td class="cell cell-memory">
        <Bar ratio={device.memoryUsedRatio} label={t('fleet.memory')} stale={stale} />
      </td>
      <td class="cell cell-disk">
        {ofLowDrives && device.lowDriveBytes !== null ? (
          <span class={stale ? 'drive-left stale' : 'drive-left'} title={t('fleet.lowDrivesHint')}>
            {t('fleet.driveLeft', { available: bytes(device.lowDriveBytes) })}
          </span>
        ) : (
          <Bar
            ratio={disk?.usedRatio ?? null}
            label={t('fleet.disk')}
            stale={stale}
            {...(disk && {
              title: t('fleet.diskLeft', { mountpoint: disk.mountpoint, available: bytes(disk.availableBytes) }),
            })}
          />
        )}
      </td>
      <td class="cell cell-uptime">{device.bootAt && !stale ? <Lasting since={device.bootAt} /> : '–'}</td>
      <td class="cell cell-report">{device.lastReportAt ? <Ago at={device.lastReportAt} /> : t('fleet.never')}</td>
      <td class="cell cell-agent">{device.agentVersion ?? '–'}</td>
    </tr>
  );
}
