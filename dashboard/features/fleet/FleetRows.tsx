import type { DeviceSummary } from '../../../protocol/api/view.ts';
import { nowMs } from '../../data/clock.ts';
import { countStates, isThere } from '../../data/select.ts';
import { clients, flapping, sites } from '../../data/store.ts';
import { InMaintenance } from '../../parts/InMaintenance.tsx';
import { FlappingShape, PriorityShape, StateBadge, StateShape } from '../../parts/StateBadge.tsx';
import { setQuery } from '../../route/router.ts';
import { deviceHref, fleetHref } from '../../route/routes.ts';
import { Ago, Lasting } from '../../ui/Ago.tsx';
import { Bar } from '../../ui/Bar.tsx';
import { type Head, opens, type RowPlace } from '../../ui/VirtualTable.tsx';
import { bytes } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import { fleetColumns } from './fleet-columns.ts';
import type { FleetQuery, FleetRow, SortColumn } from './fleet-query.ts';

/** The heads of the columns: each sorts by its column, and turns the order around where it is sorted by it. */
export function fleetHeads(query: FleetQuery): Head[] {
  const sort = (column: SortColumn) => {
    const turned = query.sort === column && !query.descending;
    setQuery({ sort: turned ? `-${column}` : column === 'state' ? null : column });
  };
  return fleetColumns.map(([column, label]) => ({
    id: column,
    class: `cell cell-${column}`,
    text: t(column === 'disk' && query.lowDrives ? 'fleet.systemDrive' : label),
    sort: query.sort !== column ? 'none' : query.descending ? 'descending' : 'ascending',
    onSort: () => sort(column),
  }));
}

export function GroupRow({ row, place }: { row: Extract<FleetRow, { kind: 'group' }>; place: RowPlace }) {
  return (
    <tr {...place} class="fleet-group">
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

interface DeviceRowProps {
  readonly place: RowPlace;
  readonly device: DeviceSummary;
  readonly selected: boolean;
  /** The list is that of system drives short of space: the row says what is left there. */
  readonly ofLowDrives: boolean;
}

export function DeviceRow({ device, selected, ofLowDrives, place }: DeviceRowProps) {
  const stale = !isThere(device);
  const disk = device.fullestDisk;
  const client = clients.value.get(device.clientId);
  const site = sites.value.get(device.siteId);
  return (
    <tr {...place} class={`fleet-row${selected ? ' selected' : ''}`} onClick={opens(deviceHref(device.id))}>
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
