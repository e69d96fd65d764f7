import type { Storage } from '../../protocol/view.ts';
import type { StoragePort } from '../http/ports.ts';
import { resolutions, type SeriesStore } from '../series/series-store.ts';
import type { Fleet } from './fleet.ts';
import { iso } from './summary.ts';

const MAX_DAMAGED = 100;

/** What is kept of history, as the HTTP side shows it. */
export function createStoragePort(fleet: Pick<Fleet, 'devices'>, series: Pick<SeriesStore, 'usage'>): StoragePort {
  const timeOf = (ms: number | null): string | null => (ms === null ? null : iso(ms));
  return {
    async usage(): Promise<Storage> {
      const { fileBytes, freeBytes, journalBytes, held, damaged } = await series.usage();
      return {
        fileBytes,
        freeBytes,
        journalBytes,
        resolutions: resolutions.map((resolution) => {
          const { retentionMs, bytes, fromMs } = held[resolution];
          return { resolution, retentionMs, bytes, from: timeOf(fromMs) };
        }),
        damaged: damaged
          .slice(-MAX_DAMAGED)
          .reverse()
          .map(({ deviceId, fromMs, toMs, foundAt }) => ({
            deviceId,
            deviceName: deviceId === null ? null : (fleet.devices.get(deviceId)?.info.name ?? null),
            from: timeOf(fromMs),
            to: timeOf(toMs),
            foundAt: iso(foundAt),
          })),
        damagedCount: damaged.length,
      };
    },
  };
}
