import type { Client, DeviceSummary, Site } from '../../../protocol/api/view.ts';
import { nowMs } from '../../data/clock.ts';
import type { CsvColumn } from '../../data/csv.ts';
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

/** The columns for a spreadsheet: base units, ISO times. */
export function csvColumns({ clients, sites }: Names): CsvColumn<DeviceSummary>[] {
  return [
    [t('fleet.state'), ({ state }) => t(`state.${state}`)],
    [t('csv.stateReason'), ({ stateSaid }) => wordsOf(stateSaid, nowMs.peek())],
    [t('fleet.name'), ({ name }) => name],
    [t('fleet.client'), ({ clientId }) => clients.get(clientId)?.name ?? ''],
    [t('fleet.site'), ({ siteId }) => sites.get(siteId)?.name ?? ''],
    [t('csv.kind'), ({ kind }) => t(`kind.${kind}`)],
    [t('fleet.os'), ({ os }) => os],
    [t('csv.cpuRatio'), ({ cpuBusyRatio }) => cpuBusyRatio],
    [t('csv.memoryRatio'), ({ memoryUsedRatio }) => memoryUsedRatio],
    [t('csv.disk'), ({ fullestDisk }) => fullestDisk?.mountpoint ?? null],
    [t('csv.diskRatio'), ({ fullestDisk }) => fullestDisk?.usedRatio ?? null],
    [t('csv.diskAvailableBytes'), ({ fullestDisk }) => fullestDisk?.availableBytes ?? null],
    [t('csv.bootAt'), ({ bootAt }) => bootAt],
    [t('csv.lastReportAt'), ({ lastReportAt }) => lastReportAt],
    [t('fleet.agent'), ({ agentVersion }) => agentVersion],
    [t('csv.openIncidents'), ({ openIncidents }) => openIncidents],
  ];
}
