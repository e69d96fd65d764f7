import type { Client, DeviceSummary, Site } from '../../../protocol/api/view.ts';
import { nowMs } from '../../data/clock.ts';
import { type LabelKey, t } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import type { SortColumn } from './fleet-query.ts';

/** The columns of the fleet in their order, with their headings. */
export const fleetColumns = [
  ['state', 'fleet.state'],
  ['name', 'fleet.name'],
  ['client', 'fleet.client'],
  ['site', 'fleet.site'],
  ['os', 'fleet.os'],
  ['cpu', 'fleet.cpu'],
  ['memory', 'fleet.memory'],
  ['disk', 'fleet.disk'],
  ['uptime', 'fleet.uptime'],
  ['report', 'fleet.report'],
  ['agent', 'fleet.agent'],
] as const satisfies readonly (readonly [SortColumn, LabelKey])[];

interface Names {
  readonly clients: ReadonlyMap<string, Client>;
  readonly sites: ReadonlyMap<string, Site>;
}

/** The rows as a table for a spreadsheet: base units, ISO times. */
export function fleetTable(devices: readonly DeviceSummary[], { clients, sites }: Names): (string | number | null)[][] {
  const headings = [
    t('fleet.state'),
    t('csv.stateReason'),
    t('fleet.name'),
    t('fleet.client'),
    t('fleet.site'),
    t('csv.kind'),
    t('fleet.os'),
    t('csv.cpuRatio'),
    t('csv.memoryRatio'),
    t('csv.disk'),
    t('csv.diskRatio'),
    t('csv.diskAvailableBytes'),
    t('csv.bootAt'),
    t('csv.lastReportAt'),
    t('fleet.agent'),
    t('csv.openIncidents'),
  ];
  return [
    headings,
    ...devices.map((device) => [
      t(`state.${device.state}`),
      wordsOf(device.stateSaid, nowMs.peek()),
      device.name,
      clients.get(device.clientId)?.name ?? '',
      sites.get(device.siteId)?.name ?? '',
      t(`kind.${device.kind}`),
      device.os,
      device.cpuBusyRatio,
      device.memoryUsedRatio,
      device.fullestDisk?.mountpoint ?? null,
      device.fullestDisk?.usedRatio ?? null,
      device.fullestDisk?.availableBytes ?? null,
      device.bootAt,
      device.lastReportAt,
      device.agentVersion,
      device.openIncidents,
    ]),
  ];
}
