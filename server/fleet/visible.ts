import { noSuch } from '../../protocol/said/refused.ts';
import { inScope, type Scope } from '../domain/scope.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Fleet } from './fleet.ts';

/** The devices that somebody with this scope may see. */
export function visible(fleet: Fleet, scope: Scope): DeviceRecord[] {
  return [...fleet.devices.values()].filter((record) => inScope(scope, record.info.client_id));
}

export function findDevice(fleet: Fleet, scope: Scope, deviceId: string): DeviceRecord | null {
  const record = fleet.devices.get(deviceId);
  return record && inScope(scope, record.info.client_id) ? record : null;
}

/** @throws VigiaError not_found */
export function requireDevice(fleet: Fleet, scope: Scope, deviceId: string): DeviceRecord {
  const record = findDevice(fleet, scope, deviceId);
  if (!record) throw noSuch('device');
  return record;
}
