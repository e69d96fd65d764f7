import type { ActInStore } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';
import type { DeviceChanges } from '../../platform/store/state-port.ts';
import type { FleetPort } from './port.ts';

/** Who acts, and whose data they may touch. */
type Who = Actor & { readonly scope: Scope };

export interface DeviceActNeeds {
  readonly actOnStore: ActInStore;
  /** Ends what is open about a device that leaves. */
  readonly endWatching: (deviceId: string, changes: ChangeSet, now: number) => void;
  /** Follows what changed. */
  readonly fleet: Pick<FleetPort, 'followDevice' | 'deviceRetired'>;
}

/** @throws VigiaError not_found for the device, or for a site that is not of its client */
export async function changeDevice(
  { actOnStore, fleet }: DeviceActNeeds,
  who: Who,
  id: string,
  changes: DeviceChanges,
): Promise<void> {
  await actOnStore(who, 'device.change', who.scope, async (turn, { devices }, handle) => {
    await devices.update(id, changes);
    turn.record(id, { ...changes });
    await fleet.followDevice(turn, handle, id);
  });
}

/** The device and all that is open about it end together, and it leaves the memory in the same turn. @throws VigiaError not_found */
export function retireDevice({ actOnStore, endWatching, fleet }: DeviceActNeeds, who: Who, id: string): Promise<void> {
  return actOnStore(who, 'device.retire', who.scope, async (changes, { devices }, _handle, now) => {
    await devices.retire(id);
    endWatching(id, changes, now);
    changes.afterwards(() => fleet.deviceRetired(id));
    changes.record(id);
  });
}
