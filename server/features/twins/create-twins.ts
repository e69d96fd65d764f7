import { KeptReports, type KeptReportsOptions } from '../../core/twins/kept-reports.ts';
import { createTwinStore } from '../../core/twins/twin-store.ts';
import { Twins } from '../../core/twins/twins.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Store } from '../../platform/store/store.ts';
import type { TwinPort } from './port.ts';
import { createTwinPort, type TwinPortOptions } from './twin-port.ts';

type Rest = Omit<TwinPortOptions, 'twins' | 'twinStore' | 'takeInventory'> & {
  readonly agents: { takeInventory(record: DeviceRecord, json: string): void };
};

/** Machines that share an identity: what is known of them, what is kept of them, and what people decide. */
export async function createTwins(store: Store, now: () => number) {
  const twinStore = createTwinStore(store);
  const twins = await Twins.load(twinStore, now);
  return {
    twins,
    keep: (rest: Pick<KeptReportsOptions, 'offer' | 'logger'>) => new KeptReports({ twins, store, twinStore, ...rest }),
    port: ({ agents, ...rest }: Rest): TwinPort =>
      createTwinPort({
        ...rest,
        twins,
        twinStore,
        takeInventory: (record, json) => agents.takeInventory(record, json),
      }),
    mayNotResolve({ rule, deviceId }: IncidentRecord): string | null {
      if (rule !== 'identity.cloned' || deviceId === null || !twins.isUndecided(deviceId)) return null;
      return 'Two machines use this identity. Say which one it is; that resolves the incident.';
    },
  };
}
