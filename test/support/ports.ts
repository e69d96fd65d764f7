import { Value } from 'typebox/value';
import {
  type Device,
  type DeviceSummary,
  Incident,
  type IncidentDetail,
  type LiveServerMessage,
  type ServerHealth,
} from '../../protocol/api/view.ts';
import { VigiaError } from '../../protocol/error.ts';
import { said, typed } from '../../protocol/said/said.ts';
import { inScope, type Scope } from '../../server/domain/scope.ts';
import type { LivePort, LiveSubscription } from '../../server/edge/live/port.ts';
import type { MetricsPort } from '../../server/features/devices/metrics-routes.ts';
import type {
  FleetPort,
  FleetSeriesQuery,
  SeriesPort,
  SeriesQuery,
  StoragePort,
} from '../../server/features/devices/port.ts';
import type { IncidentPort } from '../../server/features/incidents/port.ts';
import { writeFleet } from '../../server/platform/metrics/prometheus.ts';

/** In-memory ports of the HTTP side: what a test puts in is what the routes show, inside the scope. */
export interface TestPorts {
  readonly fleet: FleetPort;
  readonly series: SeriesPort;
  readonly storage: StoragePort;
  readonly incidents: IncidentPort;
  readonly live: LivePort;
  readonly metrics: MetricsPort;
  readonly devices: Map<string, Device>;
  readonly openIncidents: Map<string, IncidentDetail>;
  /** What was told and asked, such as `deviceChanged d1`. */
  readonly calls: string[];
  readonly queries: SeriesQuery[];
  readonly fleetQueries: FleetSeriesQuery[];
  readonly subscribers: Set<TestSubscriber>;
  unready: ReturnType<FleetPort['unready']>;
}

export interface TestSubscriber {
  readonly scope: Scope;
  readonly send: (message: LiveServerMessage) => void;
  watched: string | null;
}

export const someTime = '2027-01-15T08:00:00.000Z';

export function deviceView(over: Partial<Device> & Pick<Device, 'id' | 'clientId' | 'siteId'>): Device {
  return {
    slug: over.id,
    name: over.id,
    kind: 'server',
    os: 'Debian 12',
    agentVersion: '0.1.0',
    state: 'up',
    stateReason: 'It reports.',
    stateSaid: said('presence.up'),
    stateSince: someTime,
    lastReportAt: someTime,
    bootAt: someTime,
    cpuBusyRatio: 0.25,
    memoryUsedRatio: 0.5,
    fullestDisk: { mountpoint: '/', usedRatio: 0.5, availableBytes: 1e9 },
    lowDriveBytes: null,
    openIncidents: 0,
    worstPriority: null,
    tags: [],
    inMaintenance: false,
    hostname: over.id,
    enrolledAt: someTime,
    bootId: null,
    clockOffsetMs: 0,
    reportIntervalMs: 10_000,
    fileSystems: [],
    latest: [],
    processes: null,
    onboarding: [],
    inventory: null,
    remoteUrl: null,
    remoteLink: null,
    refusal: null,
    lostHistory: [],
    leftOut: { count: 0, items: [] },
    expectedHours: false,
    ...over,
  };
}

export function incidentView(over: Partial<IncidentDetail> & Pick<IncidentDetail, 'id' | 'clientId'>): IncidentDetail {
  return {
    key: `key-${over.id}`,
    rule: 'disk_space',
    priority: 'high',
    state: 'open',
    siteId: null,
    deviceId: null,
    object: '/',
    sentence: 'Disk / has 1 GB left.',
    said: typed('Disk / has 1 GB left.'),
    onsetAt: someTime,
    openedAt: someTime,
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
    updatedAt: someTime,
    source: 'rule',
    serviceId: null,
    parentId: null,
    suppressedBy: null,
    clock: null,
    outage: null,
    children: [],
    reports: [],
    siteCard: null,
    remoteUrl: null,
    events: [],
    evidence: null,
    similar: [],
    ...over,
  };
}

const summaryFields = [
  'id',
  'slug',
  'name',
  'clientId',
  'siteId',
  'kind',
  'os',
  'agentVersion',
  'state',
  'stateReason',
  'stateSaid',
  'stateSince',
  'lastReportAt',
  'bootAt',
  'cpuBusyRatio',
  'memoryUsedRatio',
  'fullestDisk',
  'lowDriveBytes',
  'openIncidents',
  'worstPriority',
  'tags',
  'inMaintenance',
] as const satisfies (keyof DeviceSummary)[];

function pick<T, K extends keyof T>(value: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, K>;
}

export function createTestPorts(): TestPorts {
  const devices = new Map<string, Device>();
  const openIncidents = new Map<string, IncidentDetail>();
  const calls: string[] = [];
  const queries: SeriesQuery[] = [];
  const fleetQueries: FleetSeriesQuery[] = [];
  const subscribers = new Set<TestSubscriber>();

  const visibleDevice = (scope: Scope, id: string): Device | null => {
    const device = devices.get(id);
    return device !== undefined && inScope(scope, device.clientId) ? device : null;
  };
  const requireDevice = (scope: Scope, id: string): void => {
    if (visibleDevice(scope, id) === null) throw new VigiaError('not_found');
  };
  const change = (what: string, scope: Scope, id: string, changes: Partial<IncidentDetail>): void => {
    const incident = openIncidents.get(id);
    if (incident === undefined || !inScope(scope, incident.clientId)) throw new VigiaError('not_found');
    if (incident.state === 'resolved') throw new VigiaError('conflict');
    openIncidents.set(id, { ...incident, ...changes });
    calls.push(`${what} ${id}`);
  };
  const summaryOf = (incident: IncidentDetail): Incident =>
    Value.Clean(Incident, structuredClone<unknown>(incident)) as Incident;
  const visibleIncidents = (scope: Scope): Incident[] =>
    [...openIncidents.values()].filter(({ clientId }) => inScope(scope, clientId)).map(summaryOf);

  const ports: TestPorts = {
    devices,
    openIncidents,
    calls,
    queries,
    fleetQueries,
    subscribers,
    unready: [],
    storage: {
      usage: async () => ({
        ...{ fileBytes: 5_000_000, freeBytes: 1_000, journalBytes: 20_000 },
        resolutions: [{ resolution: 'raw', retentionMs: 1_209_600_000, bytes: 4_000_000, from: someTime }],
        ...{ damaged: [], damagedCount: 0, lost: [], lostCount: 0 },
      }),
    },
    fleet: {
      health: (): ServerHealth => ({
        version: 'test',
        now: someTime,
        startedAt: someTime,
        judgingFrom: someTime,
        timeZone: 'UTC',
        reportIntervalMs: { server: 10_000, workstation: 60_000 },
        agentsConnected: devices.size,
        warnings: [],
        warningsSaid: [],
      }),
      unready: () => ports.unready,
      summaries: (scope) =>
        [...devices.values()]
          .filter(({ clientId }) => inScope(scope, clientId))
          .map((device) => pick(device, summaryFields)),
      device: async (scope, id) => visibleDevice(scope, id),
      async presence(scope, id, fromMs, toMs) {
        requireDevice(scope, id);
        const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
        return [
          {
            from,
            to,
            state: 'up',
            reason: 'reported',
            evidence: 'It reports.',
            said: said('ledger.reported'),
            revised: false,
          },
        ];
      },
      deviceRetired(id) {
        calls.push(`deviceRetired ${id}`);
      },
      async followDevice(turn, _handle, id) {
        turn.afterwards(() => void calls.push(`deviceChanged ${id}`));
      },
      async followCatalogue(turn) {
        turn.afterwards(() => void calls.push('catalogueChanged'));
      },
    },
    series: {
      async query(scope, query) {
        requireDevice(scope, query.deviceId);
        queries.push(query);
        const unknown = query.metrics.find((metric) => metric !== 'cpu.busy' && metric !== 'load.1');
        if (unknown !== undefined) throw new VigiaError('metric_unknown');
        const [from, to] = [new Date(query.fromMs).toISOString(), new Date(query.toMs).toISOString()];
        const { aggregation = 'mean' } = query;
        const items = query.metrics.map((metric) => ({
          ...{ metric, unit: 'ratio', kind: 'gauge', aggregation },
          values: [0.5, null],
        }));
        return { from, to, stepMs: query.stepMs, resolution: 'raw', items };
      },
      async queryFleet(scope, query) {
        const { machines, metric, fromMs, toMs, stepMs, aggregation = 'mean', across } = query;
        const { clientId, siteId, deviceIds } = machines;
        if (clientId !== undefined && !inScope(scope, clientId)) throw new VigiaError('not_found');
        for (const id of deviceIds ?? []) requireDevice(scope, id);
        fleetQueries.push(query);
        if (metric !== 'cpu.busy') throw new VigiaError('metric_unknown');
        const fitting = [...devices.values()].filter(
          (device) => inScope(scope, device.clientId) && (siteId === undefined || device.siteId === siteId),
        );
        const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
        const lines = fitting.map(({ id }) => ({ deviceId: id, overall: 0.5, values: [0.5, null] }));
        return {
          ...{ metric, unit: 'ratio', kind: 'gauge', aggregation, from, to, stepMs, resolution: 'raw' },
          ...{ machines: fitting.length, across: across.kind, lines },
        };
      },
    },
    incidents: {
      list: async (scope, { limit }) => ({ items: visibleIncidents(scope).slice(0, limit), next: null }),
      recent: async (scope) => visibleIncidents(scope),
      detail: async (scope, id) => {
        const incident = openIncidents.get(id);
        return incident !== undefined && inScope(scope, incident.clientId) ? incident : null;
      },
      acknowledge: async (scope, id, actor) =>
        change('acknowledge', scope, id, { state: 'acknowledged', acknowledgedBy: actor.name }),
      assign: async (scope, id, userId) => change('assign', scope, id, { assigneeId: userId }),
      note: async (scope, id, text) => change(`note ${text}`, scope, id, {}),
      resolve: async (scope, id, text) => change(`resolve ${text}`, scope, id, { state: 'resolved' }),
    },
    live: {
      subscribe(scope, send): LiveSubscription {
        const subscriber: TestSubscriber = { scope, send, watched: null };
        subscribers.add(subscriber);
        return {
          watch({ deviceId }) {
            subscriber.watched = deviceId;
          },
          close: () => void subscribers.delete(subscriber),
        };
      },
    },
    metrics: {
      deviceMetrics: (scope) =>
        writeFleet({
          devices: [...devices.values()]
            .filter(({ clientId }) => inScope(scope, clientId))
            .map((device) => ({
              client: device.clientId,
              site: device.siteId,
              device: device.slug,
              name: device.name,
              kind: device.kind,
              os: device.os,
              agentVersion: device.agentVersion,
              up: device.state === 'up',
              inMaintenance: false,
              bootAtMs: null,
              lastReportAtMs: null,
              value: () => null,
              fileSystems: [],
            })),
          incidents: [],
          availability: [],
          responsesDue: [],
        }),
      scrapeTargets: async () => [],
      serverMetrics: async () => '# TYPE vigia_agents_connected gauge\nvigia_agents_connected 0\n',
    },
  };
  return ports;
}
