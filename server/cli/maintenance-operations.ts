import { type Static, Type } from 'typebox';
import { MaintenanceInput, type MaintenanceWindow } from '../../protocol/api/maintenance.ts';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import type { Actor } from '../domain/actor.ts';
import { everyClient } from '../domain/scope.ts';
import type { MaintenancePort } from '../features/maintenance/port.ts';
import { Name, strict } from '../platform/http/fields.ts';
import type { Store } from '../platform/store/store.ts';

const NullableName = Type.Union([Name, Type.Null()]);
const { title, timeZone, startsAt, durationMinutes, rrule } = MaintenanceInput.properties;

/** A window by the names of what it covers; at most one of site, device and tag. */
export const PlannedByName = Type.Object(
  {
    clientName: Name,
    title,
    timeZone,
    startsAt,
    durationMinutes,
    rrule,
    siteName: NullableName,
    deviceName: NullableName,
    tag: NullableName,
  },
  strict,
);

export async function planByName(
  store: Store,
  maintenance: MaintenancePort,
  { clientName, siteName, deviceName, tag, ...when }: Static<typeof PlannedByName>,
  actor: Actor,
): Promise<MaintenanceWindow> {
  const client = { id: await clientIdOf(store, clientName), name: clientName };
  const target = await targetOf(store, client, { siteName, deviceName, tag });
  return maintenance.create(everyClient, { ...when, clientId: client.id, target }, actor);
}

async function targetOf(
  store: Store,
  client: { readonly id: string; readonly name: string },
  { siteName, deviceName, tag }: Pick<Static<typeof PlannedByName>, 'siteName' | 'deviceName' | 'tag'>,
): Promise<MaintenanceInput['target']> {
  const { sites, devices } = store.scoped(everyClient);
  if (siteName !== null) {
    const site = await sites.byName(client.id, siteName);
    if (site === null) throw refused('not_found', said('refused.cli.no-site', { client: client.name, site: siteName }));
    return { kind: 'site', id: site.id };
  }
  if (deviceName === null) return tag === null ? { kind: 'client', id: null } : { kind: 'tag', id: tag };
  const named = (await devices.all()).filter(
    ({ client_id, id, slug, name }) => client_id === client.id && [id, slug, name].includes(deviceName),
  );
  const [device, second] = named;
  if (!device) throw refused('not_found', said('refused.cli.no-device', { client: client.name, device: deviceName }));
  if (second) {
    throw refused(
      'conflict',
      said('refused.cli.several-devices', { client: client.name, device: deviceName, ids: named.map(({ id }) => id) }),
    );
  }
  return { kind: 'device', id: device.id };
}

/** Those that run or are to come. */
export async function listPlanned(
  store: Store,
  maintenance: MaintenancePort,
  clientName: string | null,
): Promise<MaintenanceWindow[]> {
  const clientId = clientName === null ? undefined : await clientIdOf(store, clientName);
  return maintenance.list(everyClient, clientId).filter(({ running, next }) => running !== null || next !== null);
}

async function clientIdOf(store: Store, name: string): Promise<string> {
  const client = await store.scoped(everyClient).clients.byName(name);
  if (client === null) throw refused('not_found', said('refused.cli.no-client', { name }));
  return client.id;
}
