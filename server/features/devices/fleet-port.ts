import type { Device, DeviceSummary, PresenceInterval, ServerHealth } from '../../../protocol/api/view.ts';
import type { Incidents } from '../../core/incidents/incident-index.ts';
import { everyClient } from '../../domain/scope.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { type Fleet, readCatalogue } from '../../fleet/fleet.ts';
import { ledgerView } from '../../fleet/presence-view.ts';
import { findDevice, requireDevice, visible } from '../../fleet/visible.ts';
import { found } from '../../platform/store/scoping.ts';
import type { Store } from '../../platform/store/store.ts';
import type { FleetPort } from './port.ts';
import { detail, summarise } from './summary.ts';

export interface FleetPortOptions {
  readonly fleet: Fleet;
  readonly book: Incidents;
  readonly store: Store;
  readonly now: () => number;
  readonly health: () => ServerHealth;
  readonly unready: FleetPort['unready'];
  /** The device's row changed: its link and the screens follow. `record` is null once it is retired. */
  readonly onDeviceChanged: (deviceId: string, record: DeviceRecord | null, wasKnown: DeviceRecord | undefined) => void;
  readonly onCatalogueChanged: () => void;
}

/** The fleet as the HTTP side asks for it. */
export function createFleetPort(options: FleetPortOptions): FleetPort {
  const { fleet, book, store, now } = options;
  return {
    health: options.health,
    unready: options.unready,
    summaries: (scope): DeviceSummary[] => visible(fleet, scope).map((record) => summarise(record, book, now())),
    async device(scope, deviceId): Promise<Device | null> {
      const record = findDevice(fleet, scope, deviceId);
      return record ? detail(record, book, fleet, now()) : null;
    },
    async presence(scope, deviceId, from, to): Promise<PresenceInterval[]> {
      const record = requireDevice(fleet, scope, deviceId);
      const rows = await store.scoped(scope).presence.between(deviceId, from, to);
      return ledgerView(record, rows, { from, to, now: now() });
    },
    async followDevice(turn, handle, deviceId) {
      const { devices, deviceStates } = handle.scoped(everyClient);
      const info = found(await devices.get(deviceId), 'device');
      const saved = await deviceStates.get(deviceId);
      const placements = await devices.placements(deviceId);
      // An enrolment may be the first sign of a client or a site.
      const isKnown = fleet.clients.has(info.client_id) && fleet.sites.has(info.site_id);
      if (!isKnown) await this.followCatalogue(turn, handle);
      turn.afterwards(() => {
        const before = fleet.devices.get(deviceId);
        options.onDeviceChanged(deviceId, fleet.take(info, saved, placements), before);
      });
    },
    async followCatalogue(turn, handle) {
      const catalogue = await readCatalogue(handle);
      turn.afterwards(() => {
        fleet.takeCatalogue(catalogue);
        options.onCatalogueChanged();
      });
    },
    deviceRetired(deviceId) {
      options.onDeviceChanged(deviceId, null, fleet.forget(deviceId));
    },
  };
}
