import type { Priority } from '../../../protocol/api/view.ts';
import type { Incidents } from '../../core/incidents/incident-index.ts';
import type { Liveness } from '../../domain/liveness.ts';
import { readValue } from '../../domain/reading.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { visible } from '../../fleet/visible.ts';
import type {
  DeviceExport,
  FleetExport,
  IncidentExport,
  ResponseDueExport,
} from '../../platform/metrics/fleet-export.ts';
import { bootTime, fileSystems } from './summary.ts';

/** The fleet as Prometheus scrapes it, in the scope; its availability is computed apart. */
export function exportFleet(fleet: Fleet, book: Incidents, scope: Scope): Omit<FleetExport, 'availability'> {
  return {
    devices: visible(fleet, scope)
      .values()
      .map((record) => exportDevice(record, fleet)),
    incidents: countIncidents(fleet, book, scope),
    responsesDue: responsesDue(fleet, book, scope),
  };
}

/** States that evidence decides; the others are not known, and export no sample. */
const upByState: Partial<Record<Liveness['state'], boolean>> = {
  up: true,
  late: true,
  lost: false,
  off: false,
  asleep: false,
};

function exportDevice(record: DeviceRecord, fleet: Fleet): DeviceExport {
  const { info, latest, connection } = record;
  return {
    client: fleet.clients.get(info.client_id)?.slug ?? '',
    site: fleet.sites.get(info.site_id)?.slug ?? '',
    device: info.slug,
    name: info.name,
    kind: info.kind,
    os: info.os || null,
    agentVersion: info.agent_version || null,
    up: upByState[connection.liveness.state] ?? null,
    inMaintenance: record.inMaintenance,
    bootAtMs: bootTime(record),
    lastReportAtMs: latest?.at ?? null,
    value: (metric) => (latest ? readValue(latest, metric) : null),
    fileSystems: latest
      ? fileSystems(latest).map((system) => {
          return { ...system, fullAtMs: record.diskForecasts.get(system.mountpoint)?.fullAtMs ?? null };
        })
      : [],
  };
}

function countIncidents(fleet: Fleet, book: Incidents, scope: Scope): IncidentExport[] {
  const none = (): Record<Priority, number> => ({ emergency: 0, high: 0, medium: 0, normal: 0 });
  const counts = new Map<string, Record<'open' | 'unacknowledged', Record<Priority, number>>>();
  for (const { id } of fleet.clients.values()) {
    if (inScope(scope, id)) counts.set(id, { open: none(), unacknowledged: none() });
  }
  for (const { clientId, priority, state } of book.open()) {
    const count = counts.get(clientId);
    if (!count) continue;
    count.open[priority] += 1;
    if (state === 'open') count.unacknowledged[priority] += 1;
  }
  return [...counts].map(([id, count]) => ({ client: fleet.clients.get(id)?.slug ?? '', ...count }));
}

function* responsesDue(fleet: Fleet, book: Incidents, scope: Scope): Iterable<ResponseDueExport> {
  for (const { id, clientId, siteId, deviceId, priority, clock } of book.open()) {
    if (!clock || clock.respondedAt !== null || clock.dueAt === null || !inScope(scope, clientId)) continue;
    yield {
      client: fleet.clients.get(clientId)?.slug ?? '',
      site: (siteId === null ? undefined : fleet.sites.get(siteId)?.slug) ?? '',
      device: (deviceId === null ? undefined : fleet.devices.get(deviceId)?.info.slug) ?? '',
      incident: id,
      priority,
      dueAtMs: clock.dueAt,
    };
  }
}
