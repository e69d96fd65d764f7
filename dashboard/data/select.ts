import type { Client, DeviceSummary, Incident, PresenceState, Site } from '../../protocol/api/view.ts';
import { countBy } from './count.ts';
import { rankOfPriority } from './priority.ts';

/** Worst first: the order in which states are told. */
export const presenceStates = [
  'lost',
  'late',
  'unknown',
  'expected',
  'pending',
  'asleep',
  'off',
  'up',
] as const satisfies readonly PresenceState[];

const stateRank = new Map<PresenceState, number>(presenceStates.map((state, rank) => [state, rank]));

export const rankOfState = (state: PresenceState): number => stateRank.get(state) ?? 0;

/** Its figures are of now; those of every other state are of its last report. */
export const isThere = (device: DeviceSummary): boolean => device.state === 'up' || device.state === 'late';

/** Highest priority first, then the one that has waited longest. */
export function byPriorityThenAge(a: Incident, b: Incident): number {
  return (
    rankOfPriority(a.priority) - rankOfPriority(b.priority) || compare(a.openedAt, b.openedAt) || compare(a.id, b.id)
  );
}

/** How many devices are in each state; states that nobody is in are left out. Worst first. */
export function countStates(devices: Iterable<DeviceSummary>): { state: PresenceState; count: number }[] {
  const counts = countBy(devices, ({ state }) => state);
  return presenceStates.flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [{ state, count }];
  });
}

export interface SiteGroup {
  readonly site: Site;
  readonly devices: readonly DeviceSummary[];
}

export interface ClientGroup {
  readonly client: Client;
  readonly sites: readonly SiteGroup[];
}

/** The fleet as clients, sites and devices, each by name; what has no device is left out. */
export function groupFleet(
  devices: Iterable<DeviceSummary>,
  clients: ReadonlyMap<string, Client>,
  sites: ReadonlyMap<string, Site>,
): ClientGroup[] {
  const bySite = new Map<string, DeviceSummary[]>();
  for (const device of devices) {
    const list = bySite.get(device.siteId);
    if (list) list.push(device);
    else bySite.set(device.siteId, [device]);
  }
  const byClient = new Map<string, SiteGroup[]>();
  for (const [siteId, list] of bySite) {
    const site = sites.get(siteId);
    if (!site) continue;
    const group = { site, devices: list.sort((a, b) => compareNames(a.name, b.name)) };
    byClient.set(site.clientId, [...(byClient.get(site.clientId) ?? []), group]);
  }
  return [...byClient]
    .flatMap(([clientId, groups]) => {
      const client = clients.get(clientId);
      return client ? [{ client, sites: groups.sort((a, b) => compareNames(a.site.name, b.site.name)) }] : [];
    })
    .sort((a, b) => compareNames(a.client.name, b.client.name));
}

const sortKeys = new Map<string, string>();

/** Compares names as people do, `web-9` before `web-10`, quickly enough for 10,000 of them. */
export function compareNames(a: string, b: string): number {
  return compare(sortKey(a), sortKey(b));
}

function sortKey(name: string): string {
  const known = sortKeys.get(name);
  if (known !== undefined) return known;
  if (sortKeys.size > 50_000) sortKeys.clear();
  const key = name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
  sortKeys.set(name, key);
  return key;
}

/** By code units. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Keeps the order that is on the screen while a pointer or the focus is in it: what was there stays in its place, as long
 * as `known` still finds it, even if the filter would now drop it; what is new comes last.
 */
export function holdOrder<T>(
  shown: readonly string[],
  next: readonly T[],
  idOf: (item: T) => string,
  known: (id: string) => T | undefined,
): T[] {
  const newcomers = new Map(next.map((item) => [idOf(item), item]));
  const kept = shown.flatMap((id) => {
    const item = newcomers.get(id) ?? known(id);
    newcomers.delete(id);
    return item === undefined ? [] : [item];
  });
  return [...kept, ...newcomers.values()];
}
