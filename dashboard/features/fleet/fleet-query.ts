import type { Client, DeviceSummary, PresenceState, Site } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { compareNames, presenceStates, rankOfState } from '../../data/select.ts';

export const sortColumns = [
  'state',
  'client',
  'site',
  'name',
  'os',
  'cpu',
  'memory',
  'disk',
  'uptime',
  'report',
  'agent',
] as const;
export type SortColumn = (typeof sortColumns)[number];
/** Those that every report may change: the order of all rows hangs on the readings of all devices. */
export const readingSorts: ReadonlySet<SortColumn> = new Set(['cpu', 'memory', 'disk', 'uptime', 'report']);
export const groupings = ['none', 'client', 'site'] as const;
export type Grouping = (typeof groupings)[number];

/** What the fleet shows; all of it stands in the address. */
export interface FleetQuery {
  readonly text: string;
  readonly states: ReadonlySet<PresenceState>;
  readonly clientId: string | null;
  readonly siteId: string | null;
  readonly withIncidents: boolean;
  /** Workstations only whose system drive is nearly full: what the weekly digest names. */
  readonly lowDrives: boolean;
  readonly grouping: Grouping;
  readonly sort: SortColumn;
  readonly descending: boolean;
}

export function parseFleetQuery(params: URLSearchParams): FleetQuery {
  const states = (params.get('state') ?? '').split(',');
  const sort = params.get('sort') ?? '';
  return {
    text: params.get('q') ?? '',
    states: new Set(presenceStates.filter((state) => states.includes(state))),
    clientId: params.get('client'),
    siteId: params.get('site'),
    withIncidents: params.get('incidents') === 'open',
    lowDrives: params.get('drive') === 'low',
    grouping: groupings.find((name) => name === params.get('group')) ?? 'none',
    sort: sortColumns.find((name) => name === sort.replace(/^-/, '')) ?? 'state',
    descending: sort.startsWith('-'),
  };
}

export interface Names {
  readonly clients: ReadonlyMap<string, Client>;
  readonly sites: ReadonlyMap<string, Site>;
}

/** The devices that the query lets through. `ignoreStates` is for the counts on the state chips. */
export function filterDevices(
  devices: Iterable<DeviceSummary>,
  names: Names,
  query: FleetQuery,
  options: { readonly ignoreStates?: boolean } = {},
): DeviceSummary[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const anyState = options.ignoreStates || query.states.size === 0;
  return [...devices].filter(
    (device) =>
      (anyState || query.states.has(device.state)) &&
      (query.clientId === null || device.clientId === query.clientId) &&
      (query.siteId === null || device.siteId === query.siteId) &&
      (!query.withIncidents || device.openIncidents > 0) &&
      (!query.lowDrives || device.lowDriveBytes !== null) &&
      (words.length === 0 || matches(device, names, words)),
  );
}

function matches(device: DeviceSummary, { clients, sites }: Names, words: readonly string[]): boolean {
  const client = clients.get(device.clientId)?.name ?? '';
  const site = sites.get(device.siteId)?.name ?? '';
  const haystack =
    `${device.name}\n${device.os ?? ''}\n${client}\n${site}\n${device.kind}\n${device.agentVersion ?? ''}`.toLowerCase();
  return words.every((word) => haystack.includes(word));
}

type Value = string | number | null;

/** How the query orders two devices: by group, then by its column, then by name. */
export function comparison(
  { clients, sites }: Names,
  query: FleetQuery,
): (a: DeviceSummary, b: DeviceSummary) => number {
  const client = (device: DeviceSummary) => clients.get(device.clientId)?.name ?? '';
  const site = (device: DeviceSummary) => sites.get(device.siteId)?.name ?? '';
  const read: Record<SortColumn, (device: DeviceSummary) => Value> = {
    state: (device) => rankOfState(device.state),
    client,
    site,
    name: (device) => device.name,
    os: (device) => device.os,
    cpu: (device) => device.cpuBusyRatio,
    memory: (device) => device.memoryUsedRatio,
    // Of those short of space on the system drive, that is what counts.
    disk: ({ lowDriveBytes, fullestDisk }) =>
      query.lowDrives && lowDriveBytes !== null ? -lowDriveBytes : (fullestDisk?.usedRatio ?? null),
    uptime: (device) => (device.bootAt === null ? null : -Date.parse(device.bootAt)),
    report: (device) => (device.lastReportAt === null ? null : -Date.parse(device.lastReportAt)),
    agent: (device) => device.agentVersion,
  };
  const value = read[query.sort];
  const sign = query.descending ? -1 : 1;
  const within = (a: DeviceSummary, b: DeviceSummary) =>
    compareValues(value(a), value(b), sign) || compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1);
  if (query.grouping === 'none') return within;
  const byGroup = (a: DeviceSummary, b: DeviceSummary) =>
    compareNames(client(a), client(b)) || (query.grouping === 'site' ? compareNames(site(a), site(b)) : 0);
  return (a, b) => byGroup(a, b) || within(a, b);
}

/** What is not known comes last, whichever way the column is sorted. */
function compareValues(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : compareNames(String(a), String(b)));
}

export type FleetRow =
  | { readonly kind: 'device'; readonly device: DeviceSummary }
  | { readonly kind: 'group'; readonly id: string; readonly title: string; readonly devices: readonly DeviceSummary[] };

/** Puts a heading before each client's or site's devices, which already stand together. */
export function groupRows(
  devices: readonly DeviceSummary[],
  { clients, sites }: Names,
  grouping: Grouping,
): FleetRow[] {
  if (grouping === 'none') return devices.map((device) => ({ kind: 'device', device }));
  const groups = new Map<string, DeviceSummary[]>();
  for (const device of devices) {
    const id = grouping === 'client' ? device.clientId : device.siteId;
    const members = groups.get(id);
    if (members) members.push(device);
    else groups.set(id, [device]);
  }
  return [...groups].flatMap(([id, members]): FleetRow[] => {
    const client = clients.get(members[0]?.clientId ?? '')?.name ?? '';
    const title = grouping === 'client' ? client : `${isolated(client)} / ${isolated(sites.get(id)?.name ?? '')}`;
    return [
      { kind: 'group', id, title, devices: members },
      ...members.map((device) => ({ kind: 'device', device }) as const),
    ];
  });
}
