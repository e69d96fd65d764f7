import type { Service } from '../../protocol/api/service.ts';
import type {
  Client,
  DeviceSummary,
  Incident,
  LiveServerMessage,
  Overview,
  ServerHealth,
  Site,
  User,
} from '../../protocol/api/view.ts';

/** All that the views share. A change replaces only the maps it touches, so that a view of another map stays still. */
export interface FleetState {
  readonly user: User;
  readonly server: ServerHealth;
  /** Server clock minus this browser's, in ms: every age on the screen is told by the server's clock. */
  readonly serverOffsetMs: number;
  readonly clients: ReadonlyMap<string, Client>;
  readonly sites: ReadonlyMap<string, Site>;
  /** Names by user id. */
  readonly users: ReadonlyMap<string, string>;
  readonly devices: ReadonlyMap<string, DeviceSummary>;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly services: ReadonlyMap<string, Service>;
  /** As the overview told it; asked again now and then. */
  readonly month: Pick<Overview, 'maintenance' | 'budgets' | 'ahead'>;
}

export type Changes = Extract<LiveServerMessage, { type: 'changes' }>;

/** The state after an overview. `receivedAtMs` is the browser's clock, ms since 1970. */
export function fromOverview(overview: Overview, receivedAtMs: number): FleetState {
  return {
    user: overview.user,
    server: overview.server,
    serverOffsetMs: offsetMs(overview.server, receivedAtMs),
    clients: put(new Map(), overview.clients),
    sites: put(new Map(), overview.sites),
    users: new Map(overview.users.map((user) => [user.id, user.name])),
    devices: put(new Map(), overview.devices),
    incidents: put(new Map(), overview.incidents),
    services: put(new Map(), overview.services),
    month: { maintenance: overview.maintenance, budgets: overview.budgets, ahead: overview.ahead },
  };
}

/** The state after a live message: whole documents take the place of those with the same id. */
export function applyChanges(state: FleetState, changes: Changes, receivedAtMs: number): FleetState {
  const { server, clients, sites, devices, services, removedDevices } = changes;
  const incidents = changes.incidents?.filter((incident) => !isOlder(incident, state.incidents.get(incident.id)));
  return {
    ...state,
    ...(server && { server, serverOffsetMs: offsetMs(server, receivedAtMs) }),
    ...(clients?.length && { clients: put(state.clients, clients) }),
    ...(sites?.length && { sites: put(state.sites, sites) }),
    ...((devices?.length || removedDevices?.length) && { devices: put(state.devices, devices ?? [], removedDevices) }),
    ...(incidents?.length && { incidents: put(state.incidents, incidents) }),
    ...(services?.length && { services: put(state.services, services) }),
  };
}

/** An answer to an action and the live message about it race; the younger document stays. */
function isOlder(incident: Incident, held: Incident | undefined): boolean {
  return held !== undefined && Date.parse(incident.updatedAt) < Date.parse(held.updatedAt);
}

function offsetMs(server: ServerHealth, receivedAtMs: number): number {
  return Date.parse(server.now) - receivedAtMs;
}

function put<T extends { readonly id: string }>(
  held: ReadonlyMap<string, T>,
  documents: readonly T[],
  removed: readonly string[] = [],
): ReadonlyMap<string, T> {
  const next = new Map(held);
  for (const document of documents) next.set(document.id, document);
  for (const id of removed) next.delete(id);
  return next;
}
