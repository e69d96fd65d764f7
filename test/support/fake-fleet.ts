import type { OutageView } from '../../protocol/api/outage.ts';
import type {
  Client,
  Device,
  DeviceSummary,
  Incident,
  IncidentDetail,
  PresenceState,
  Site,
  User,
} from '../../protocol/api/view.ts';
import { typed } from '../../protocol/said/said.ts';
import { lowDriveBytes, type SystemDrive } from '../../server/domain/low-drives.ts';
import { random } from './fake-random.ts';

/** A small provider's clients as they could be: the world behind {@link startFakeApi}. */
export interface FakeFleet {
  readonly user: User;
  readonly users: { id: string; name: string }[];
  readonly clients: Client[];
  readonly sites: Site[];
  readonly devices: Map<string, Device>;
  readonly incidents: Map<string, IncidentDetail>;
}

const GiB = 1024 ** 3;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const places: readonly (readonly [client: string, site: string, servers: readonly string[], workstations: number])[] = [
  ['Alvarado Logistics', 'San José', ['db-1', 'db-2', 'app-1', 'app-2', 'mail-1', 'hv-1', 'hv-2', 'backup-1'], 14],
  ['Alvarado Logistics', 'Limón warehouse', ['edge-1', 'scan-1'], 6],
  ['Clínica Santa Marta', 'Main clinic', ['pacs-1', 'ehr-1', 'ehr-2', 'dc-1', 'nas-1'], 18],
  ['Clínica Santa Marta', 'Laboratory', ['lis-1', 'dc-2'], 5],
  ['Colegio San Rafael', 'Campus', ['dc-1', 'files-1', 'proxy-1'], 24],
  ['Ferretti Arquitectos', 'Studio', ['nas-1', 'render-1', 'render-2'], 9],
  ['Hotel Miramar', 'Front office', ['pms-1', 'pos-1', 'wifi-1'], 7],
  ['Hotel Miramar', 'Back office', ['erp-1', 'files-1'], 5],
];

const workstationNames = ['reception', 'desk', 'till', 'lab', 'studio', 'office', 'class'];
const systems = [
  'Debian GNU/Linux 13',
  'Ubuntu 24.04.3 LTS',
  'AlmaLinux 9.6',
  'Debian GNU/Linux 12',
  'Rocky Linux 9.6',
];

const reasons: Record<PresenceState, string> = {
  up: 'Reports arrive; the newest is seconds old.',
  late: 'No proof of life for 21 s; probing.',
  lost: 'No contact since 14 min: the host or its link.',
  expected: 'Said goodbye for a reboot; it has 12 min left to return.',
  off: 'A workstation that is not there.',
  asleep: 'Said goodbye to sleep.',
  unknown: 'The server was blind and has not heard of it since.',
  pending: 'Enrolled, never seen.',
};

export function makeFleet(nowMs: number, deviceCount?: number): FakeFleet {
  const user: User = { id: 'u-ana', email: 'ana@lookout.example', name: 'Ana Solís', role: 'admin' };
  const users = [user, { id: 'u-ben', name: 'Ben Carter' }, { id: 'u-ivo', name: 'Ivo Marković' }].map(
    ({ id, name }) => ({
      id,
      name,
    }),
  );
  const clientNames = [...new Set(places.map(([client]) => client))];
  const clients = clientNames.map((name, index) => ({ id: `c${index + 1}`, slug: slug(name), name }));
  const sites = places.map(([client, name], index) => ({
    id: `s${index + 1}`,
    clientId: `c${clientNames.indexOf(client) + 1}`,
    slug: slug(name),
    name,
  }));
  const devices = new Map<string, Device>();
  const add = (name: string, site: Site, kind: Device['kind']) => {
    const id = `d${devices.size + 1}`;
    devices.set(id, makeDevice({ id, name, site, kind, nowMs }));
  };
  places.forEach(([, , servers, workstations], index) => {
    const site = sites[index];
    if (!site) return;
    for (const name of servers) add(name, site, 'server');
    for (let n = 0; n < workstations; n += 1) add(`${workstationNames[index % 7]}-${n + 1}`, site, 'workstation');
  });
  for (let n = devices.size; deviceCount !== undefined && n < deviceCount; n += 1) {
    const site = sites[n % sites.length];
    if (site) add(`node-${n + 1}`, site, n % 3 === 0 ? 'workstation' : 'server');
  }
  const incidents =
    deviceCount === 0 ? new Map<string, IncidentDetail>() : makeIncidents([...devices.values()], users, nowMs);
  if (deviceCount === 0) devices.clear();
  for (const incident of incidents.values()) markDevice(devices, incident);
  return { user, users, clients, sites, devices, incidents };
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-');
}

interface Making {
  readonly id: string;
  readonly name: string;
  readonly site: Site;
  readonly kind: Device['kind'];
  readonly nowMs: number;
}

function stateOf({ id, name, kind }: Making): PresenceState {
  const roll = random(id, 'state');
  if (name === 'edge-1') return 'lost';
  if (name === 'scan-1') return 'late';
  if (name === 'render-2') return 'expected';
  if (name === 'dc-2') return 'unknown';
  if (kind === 'server') return 'up';
  if (roll < 0.14) return 'off';
  if (roll < 0.19) return 'asleep';
  return roll < 0.21 ? 'pending' : 'up';
}

function makeDevice(making: Making): Device {
  const { id, name, site, kind, nowMs } = making;
  const state = stateOf(making);
  const ago = (ms: number) => new Date(nowMs - ms).toISOString();
  const isThere = state === 'up' || state === 'late';
  const silentMs = {
    up: 4000,
    late: 21_000,
    lost: 14 * MINUTE_MS,
    expected: 3 * MINUTE_MS,
    off: 9 * HOUR_MS,
    asleep: HOUR_MS,
    unknown: 2 * HOUR_MS,
    pending: 0,
  }[state];
  const seen = state !== 'pending';
  const bootMs = random(id, 'boot') * 60 * DAY_MS + HOUR_MS;
  const fileSystems = seen ? fileSystemsOf(name, id, kind) : [];
  const fullest = fileSystems
    .map((system) => ({
      mountpoint: system.mountpoint,
      usedRatio: 1 - (system.availableBytes ?? 0) / (system.sizeBytes ?? 1),
      availableBytes: system.availableBytes ?? 0,
    }))
    .sort((a, b) => b.usedRatio - a.usedRatio)[0];
  const summary: DeviceSummary = {
    id,
    slug: name,
    name,
    clientId: site.clientId,
    siteId: site.id,
    kind,
    os: seen ? (systems[Math.floor(random(id, 'os') * systems.length)] ?? null) : null,
    agentVersion: seen ? '0.1.0' : null,
    state,
    stateReason: reasons[state],
    stateSaid: typed(reasons[state]),
    stateSince: ago(isThere && state === 'up' ? Math.min(bootMs, 30 * DAY_MS) : silentMs + 1000),
    lastReportAt: seen ? ago(silentMs + Math.floor(random(id, 'phase') * 5000)) : null,
    bootAt: seen ? ago(bootMs) : null,
    cpuBusyRatio: seen ? (name === 'app-2' ? 0.972 : 0.02 + random(id, 'cpu') ** 3 * 0.8) : null,
    memoryUsedRatio: seen ? 0.2 + random(id, 'memory') * 0.6 : null,
    fullestDisk: fullest ?? null,
    lowDriveBytes: lowDriveBytes(kind, systemDriveOf(fileSystems)),
    openIncidents: 0,
    worstPriority: null,
    tags: [],
    inMaintenance: false,
  };
  return {
    ...summary,
    hostname: name,
    enrolledAt: ago(74 * DAY_MS),
    bootId: seen ? `boot-${id}` : null,
    clockOffsetMs: seen ? Math.round((random(id, 'clock') - 0.5) * 600) : null,
    reportIntervalMs: kind === 'server' ? 10_000 : 60_000,
    fileSystems: fileSystems.map((each) => ({ ...each, forecast: forecastOf(name, each, nowMs) })),
    latest: seen ? metricsOf(fileSystems) : [],
    processes: isThere && kind === 'server' ? { at: ago(40_000), items: processes() } : null,
    onboarding:
      name === 'nas-1'
        ? [
            {
              rule: 'disk.space',
              object: '/srv/archive',
              sentence: '/srv/archive has 61.0 GB left of 1.8 TB (3.3% free)',
              said: typed('/srv/archive has 61.0 GB left of 1.8 TB (3.3% free)'),
              foundAt: ago(74 * DAY_MS),
            },
          ]
        : [],
    inventory: seen ? { at: ago(7 * HOUR_MS), document: inventory(name, summary.os) } : null,
    remoteUrl: null,
    remoteLink: null,
    refusal: null,
    lostHistory: [],
    leftOut: { count: 0, items: [] },
    expectedHours: false,
  };
}

function fileSystemsOf(name: string, id: string, kind: Device['kind']): Device['fileSystems'] {
  const system = (mountpoint: string, sizeGiB: number, free: number) => ({
    mountpoint,
    sizeBytes: sizeGiB * GiB,
    availableBytes: Math.ceil(sizeGiB * free * GiB),
    inodes: sizeGiB * 65_536,
    inodesFree: Math.round(sizeGiB * 65_536 * (0.6 + free * 0.39)),
    readOnly: false,
    readable: true,
  });
  const root = system('/', 40, (kind === 'workstation' ? 0.21 : 0.25) + random(id, 'root') * 0.5);
  if (kind === 'workstation') return [root];
  if (name === 'db-1') return [root, system('/var', 100, 0.041), system('/srv/postgresql', 400, 0.38)];
  return [
    root,
    system('/var', 100, 0.3 + random(id, 'var') * 0.5),
    system('/srv', 500, 0.15 + random(id, 'srv') * 0.7),
  ];
}

function systemDriveOf([root]: Device['fileSystems']): SystemDrive | null {
  return root?.availableBytes == null ? null : { at: 0, availableBytes: root.availableBytes };
}

/** One machine has a disk that fills up; of the others it is said why not. */
function forecastOf(name: string, { mountpoint, availableBytes }: Device['fileSystems'][number], nowMs: number) {
  if (name !== 'db-1' || mountpoint !== '/srv/postgresql') {
    const sentence = `${mountpoint} is not about to be full: its free space hardly fell, or grew, over 5 h 55 min`;
    return { fullAt: null, bytesPerHour: 0, quality: null, sentence, said: typed(sentence) };
  }
  const bytesPerHour = 3.8 * GiB;
  const fullAtMs = nowMs + ((availableBytes ?? 0) / bytesPerHour) * HOUR_MS;
  const sentence = `${mountpoint} will be full in 1 d 15 h: it fills at 3.8 GB an hour and has 152 GB left (fairly sure, by 72 measurements over 5 h 55 min)`;
  return { fullAt: new Date(fullAtMs).toISOString(), bytesPerHour, quality: 0.74, sentence, said: typed(sentence) };
}

function metricsOf(fileSystems: Device['fileSystems']): Device['latest'] {
  const gauge = (metric: string, unit: string) => ({ metric, unit, kind: 'gauge', value: 0 });
  const counter = (metric: string, unit: string) => ({ metric, unit, kind: 'counter', value: 0 });
  return [
    ...['cpu.busy', 'cpu.iowait', 'psi.cpu', 'psi.memory', 'psi.io', 'disk.busy[nvme0n1]'].map((name) =>
      gauge(name, 'ratio'),
    ),
    ...['load.1', 'load.5', 'load.15'].map((name) => gauge(name, 'load')),
    ...['memory.size', 'memory.available', 'swap.size', 'swap.used'].map((name) => gauge(name, 'bytes')),
    ...fileSystems.flatMap(({ mountpoint }) => [
      gauge(`fs.size[${mountpoint}]`, 'bytes'),
      gauge(`fs.available[${mountpoint}]`, 'bytes'),
    ]),
    ...['net.rxBytes[eth0]', 'net.txBytes[eth0]', 'disk.readBytes[nvme0n1]', 'disk.writeBytes[nvme0n1]'].map((name) =>
      counter(name, 'bytes'),
    ),
    gauge('temperature[coretemp]', 'celsius'),
  ];
}

function processes() {
  return [
    { name: 'postgres', cpuRatio: 0.41, memoryBytes: 6.2 * GiB, count: 48 },
    { name: 'node', cpuRatio: 0.18, memoryBytes: 0.9 * GiB, count: 4 },
    { name: 'nginx', cpuRatio: 0.06, memoryBytes: 0.11 * GiB, count: 9 },
    { name: 'systemd-journald', cpuRatio: 0.02, memoryBytes: 0.08 * GiB, count: 1 },
    { name: 'vigia-agent', cpuRatio: 0.001, memoryBytes: 0.04 * GiB, count: 1 },
  ];
}

/** As an agent's document looks. */
function inventory(name: string, os: string | null): Record<string, unknown> {
  return {
    agentVersion: '0.1.0',
    hostname: name,
    platform: 'linux',
    architecture: 'x64',
    osName: os,
    kernel: '6.12.41-amd64',
    manufacturer: 'Dell Inc.',
    model: 'PowerEdge R650',
    serial: '',
    cpuModel: 'Intel Xeon Silver 4314',
    cpuCores: 16,
    cpuThreads: 32,
    memoryBytes: 64 * GiB,
    disks: [{ name: 'nvme0n1', model: 'Samsung PM9A3', kind: 'NVMe', sizeBytes: 960_197_124_096 }],
    interfaces: [{ name: 'eth0', mac: '02:fc:00:00:00:01', addresses: ['192.0.2.14/24', 'fd00::14/64'] }],
  };
}

interface Story {
  readonly name: string;
  readonly rule: string;
  readonly priority: Incident['priority'];
  readonly state: Incident['state'];
  readonly object?: string;
  readonly sentence: string;
  readonly beganMs: number;
  readonly lastedMs?: number;
  readonly metrics?: readonly string[];
  readonly threshold?: number;
}

const stories: readonly Story[] = [
  {
    name: 'edge-1',
    rule: 'host.contact',
    priority: 'high',
    state: 'open',
    sentence: 'No contact with edge-1 for 14 min: the host or its link',
    beganMs: 14 * MINUTE_MS,
  },
  {
    name: 'db-1',
    rule: 'disk.space',
    priority: 'high',
    state: 'open',
    object: '/var',
    sentence: '/var has 4.1 GB left of 100 GB (4.1 % free, below 5.0 GB for 5 min)',
    beganMs: 23 * MINUTE_MS,
    metrics: ['fs.available[/var]'],
    threshold: 5 * GiB,
  },
  {
    name: 'ehr-2',
    rule: 'host.reboot',
    priority: 'medium',
    state: 'open',
    sentence: 'Rebooted without a goodbye: down for 2 min 40 s, back since 03:12',
    beganMs: 5 * HOUR_MS,
  },
  {
    name: 'app-2',
    rule: 'cpu.busy',
    priority: 'normal',
    state: 'open',
    sentence: 'CPU is at 97.2 %, at or above 95 % for 30 min; busiest is postgres',
    beganMs: 52 * MINUTE_MS,
    metrics: ['cpu.busy'],
    threshold: 0.95,
  },
  {
    name: 'files-1',
    rule: 'disk.space',
    priority: 'medium',
    state: 'acknowledged',
    object: '/srv',
    sentence: '/srv has 41.6 GB left of 500 GB (8.3 % free, below 50.0 GB for 15 min)',
    beganMs: 26 * HOUR_MS,
    metrics: ['fs.available[/srv]'],
    threshold: 50 * GiB,
  },
  {
    name: 'pms-1',
    rule: 'memory.low',
    priority: 'normal',
    state: 'acknowledged',
    sentence: 'Memory: 402 MB available of 8.0 GB (4.9 %) while swapping for 15 min',
    beganMs: 3 * HOUR_MS,
    metrics: ['memory.available'],
    threshold: 512 * 1024 ** 2,
  },
  {
    name: 'wifi-1',
    rule: 'host.contact',
    priority: 'high',
    state: 'resolved',
    sentence: 'Back after 6 min 12 s without contact: the same boot, so the link was lost',
    beganMs: 4 * HOUR_MS,
    lastedMs: 6 * MINUTE_MS + 12_000,
  },
  {
    name: 'backup-1',
    rule: 'disk.space',
    priority: 'medium',
    state: 'resolved',
    object: '/srv',
    sentence: '/srv has 212 GB left of 500 GB again',
    beganMs: 11 * HOUR_MS,
    lastedMs: 3 * HOUR_MS,
    metrics: ['fs.available[/srv]'],
    threshold: 50 * GiB,
  },
  {
    name: 'proxy-1',
    rule: 'clock.offset',
    priority: 'normal',
    state: 'resolved',
    sentence: 'The clock is right again; it was 2 min 4 s behind',
    beganMs: 15 * HOUR_MS,
    lastedMs: 40 * MINUTE_MS,
  },
];

/** What a plan promised of a machine that failed at `onsetMs`. */
function outageOf(onsetMs: number, nowMs: number): OutageView {
  const rtoMs = 4 * 60 * MINUTE_MS;
  const dueMs = onsetMs + rtoMs;
  const at = (ms: number) => new Date(ms).toISOString();
  const isOver = dueMs < nowMs;
  const one = typed('The plan Files promises it back in full within 4 h.');
  return {
    ...{ planId: 'plan-5', plan: 'Files of the office', verdict: isOver ? 'breached' : 'running', isAtRisk: !isOver },
    ...{ rtoMs, restoreMs: 55 * MINUTE_MS, onsetAt: at(onsetMs), dueAt: at(dueMs), riskAt: at(dueMs - 48 * MINUTE_MS) },
    ...{ partialAt: null, restoredAt: null, elapsedMs: nowMs - onsetMs, leftMs: dueMs - nowMs },
    ...{ sentence: 'The plan Files promises it back in full within 4 h.', said: one, earlier: [] },
  };
}

function makeIncidents(
  devices: readonly Device[],
  users: FakeFleet['users'],
  nowMs: number,
): Map<string, IncidentDetail> {
  const incidents = stories.flatMap((story, index): IncidentDetail[] => {
    const device = devices.find(({ name }) => name === story.name);
    if (!device) return [];
    const at = (ms: number) => new Date(ms).toISOString();
    const onsetMs = nowMs - story.beganMs;
    const openedMs = onsetMs + Math.min(5 * MINUTE_MS, story.beganMs / 3);
    const resolvedAt = story.lastedMs === undefined ? null : at(onsetMs + story.lastedMs);
    const who = story.state === 'acknowledged' ? users[index % users.length] : undefined;
    const event = (
      id: number,
      ms: number,
      kind: IncidentDetail['events'][number]['kind'],
      text: string,
      by: string | null = null,
    ) => ({ id, at: at(ms), kind, by, text, said: typed(text) });
    return [
      {
        id: `i${index + 1}`,
        key: `${device.clientId}/${device.id}/${story.rule}/${story.object ?? ''}`,
        rule: story.rule,
        priority: story.priority,
        state: story.state,
        clientId: device.clientId,
        siteId: device.siteId,
        deviceId: device.id,
        object: story.object ?? '',
        sentence: story.sentence,
        said: typed(story.sentence),
        onsetAt: at(onsetMs),
        openedAt: at(openedMs),
        acknowledgedAt: who ? at(openedMs + 4 * MINUTE_MS) : null,
        acknowledgedBy: who?.name ?? null,
        respondedAt: null,
        respondedBy: null,
        onSiteAt: null,
        onSiteBy: null,
        recovered: false,
        isFlapping: false,
        assigneeId: who?.id ?? null,
        assigneeName: who?.name ?? null,
        resolvedAt,
        reopenedCount: 0,
        updatedAt: at(openedMs),
        source: 'rule',
        serviceId: null,
        parentId: null,
        suppressedBy: null,
        clock: null,
        outage: story.rule === 'host.contact' && story.lastedMs === undefined ? outageOf(onsetMs, nowMs) : null,
        children: [],
        reports: [],
        siteCard: null,
        remoteUrl: null,
        events: [
          event(1, openedMs, 'opened', story.sentence),
          ...(who
            ? [
                event(2, openedMs + 4 * MINUTE_MS, 'acknowledged', '', who.name),
                event(
                  3,
                  openedMs + 9 * MINUTE_MS,
                  'note',
                  'Old database dumps under /srv/dumps. Asked the client which ones may go.',
                  who.name,
                ),
              ]
            : []),
          ...(resolvedAt ? [event(4, Date.parse(resolvedAt), 'resolved', story.sentence)] : []),
        ],
        evidence: story.metrics
          ? {
              metrics: [...story.metrics],
              threshold:
                story.threshold === undefined ? null : { metric: story.metrics[0] ?? '', value: story.threshold },
            }
          : null,
        similar:
          story.name === 'db-1'
            ? [
                { id: 'i8', openedAt: at(nowMs - 19 * DAY_MS), resolvedAt: at(nowMs - 19 * DAY_MS + 2 * HOUR_MS) },
                { id: 'i9', openedAt: at(nowMs - 47 * DAY_MS), resolvedAt: at(nowMs - 47 * DAY_MS + HOUR_MS) },
              ]
            : [],
      },
    ];
  });
  return new Map(incidents.map((incident) => [incident.id, incident]));
}

const order = ['emergency', 'high', 'medium', 'normal'];

/** Counts an incident on its device, as the server's summaries do. */
export function markDevice(devices: Map<string, Device>, incident: Incident): void {
  const device = devices.get(incident.deviceId ?? '');
  if (!device || incident.state === 'resolved') return;
  device.openIncidents += 1;
  if (device.worstPriority === null || order.indexOf(incident.priority) < order.indexOf(device.worstPriority))
    device.worstPriority = incident.priority;
}
