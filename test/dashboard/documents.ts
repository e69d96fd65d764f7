import type { DeviceSummary, Incident, Overview } from '../../protocol/api/view.ts';
import { said, typed } from '../../protocol/said/said.ts';

/** Documents with nothing special about them; tests change what they are about. */
export function device(change: Partial<DeviceSummary> = {}): DeviceSummary {
  return {
    id: 'd1',
    slug: 'db-1',
    name: 'db-1',
    clientId: 'c1',
    siteId: 's1',
    kind: 'server',
    os: 'Debian GNU/Linux 13',
    agentVersion: '0.1.0',
    state: 'up',
    stateReason: 'It reports.',
    stateSaid: said('presence.up'),
    stateSince: '2026-10-01T00:00:00.000Z',
    lastReportAt: '2026-10-06T12:00:00.000Z',
    bootAt: '2026-10-01T00:00:00.000Z',
    cpuBusyRatio: 0.2,
    memoryUsedRatio: 0.5,
    fullestDisk: { mountpoint: '/', usedRatio: 0.4, availableBytes: 1e9 },
    lowDriveBytes: null,
    openIncidents: 0,
    worstPriority: null,
    tags: [],
    inMaintenance: false,
    ...change,
  };
}

export function incident(change: Partial<Incident> = {}): Incident {
  return {
    id: 'i1',
    key: 'c1/d1/disk.space//var',
    rule: 'disk.space',
    priority: 'high',
    state: 'open',
    clientId: 'c1',
    siteId: 's1',
    deviceId: 'd1',
    object: '/var',
    sentence: '/var has 4.1 GB left',
    said: typed('/var has 4.1 GB left'),
    onsetAt: '2026-10-06T11:00:00.000Z',
    openedAt: '2026-10-06T11:05:00.000Z',
    acknowledgedAt: null,
    acknowledgedBy: null,
    respondedAt: null,
    respondedBy: null,
    onSiteAt: null,
    onSiteBy: null,
    assigneeId: null,
    assigneeName: null,
    resolvedAt: null,
    recovered: false,
    isFlapping: false,
    reopenedCount: 0,
    updatedAt: '2026-10-06T11:05:00.000Z',
    source: 'rule',
    serviceId: null,
    parentId: null,
    suppressedBy: null,
    clock: null,
    outage: null,
    ...change,
  };
}

export const clients = [
  { id: 'c1', slug: 'acme', name: 'Acme' },
  { id: 'c2', slug: 'beta', name: 'Beta' },
];

export const sites = [
  { id: 's1', clientId: 'c1', slug: 'north', name: 'North' },
  { id: 's2', clientId: 'c2', slug: 'south', name: 'South' },
];

export const byId = <T extends { id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));

export function overview(change: Partial<Overview> = {}): Overview {
  return {
    user: { id: 'u1', email: 'ana@example.org', name: 'Ana', role: 'admin' },
    server: {
      version: '0.1.0',
      now: '2026-10-06T12:00:00.000Z',
      startedAt: '2026-10-01T00:00:00.000Z',
      judgingFrom: '2026-10-01T00:01:30.000Z',
      timeZone: 'UTC',
      reportIntervalMs: { server: 10_000, workstation: 60_000 },
      agentsConnected: 1,
      warnings: [],
      warningsSaid: [],
    },
    clients,
    sites,
    users: [{ id: 'u1', name: 'Ana' }],
    devices: [device()],
    incidents: [incident()],
    services: [],
    maintenance: [],
    budgets: [],
    ahead: null,
    ...change,
  };
}
