import type { Storage } from '../../../protocol/api/view.ts';
import { iso } from '../../domain/iso.ts';
import type { Loss } from '../../fleet/device-shown.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { resolutions, type SeriesStore } from '../../platform/series/series-store.ts';
import type { StoragePort } from './port.ts';

const MAX_LISTED = 100;

/** What is kept of history, as the HTTP side shows it. */
export function createStoragePort(
  fleet: Pick<Fleet, 'devices'>,
  series: Pick<SeriesStore, 'usage'>,
  /** What is gone, the newest found first. */
  losses: { all(): readonly Loss[] },
): StoragePort {
  const nameOf = (deviceId: string | null): string | null =>
    deviceId === null ? null : (fleet.devices.get(deviceId)?.info.name ?? null);
  const timeOf = (ms: number | null): string | null => (ms === null ? null : iso(ms));
  return {
    async usage(): Promise<Storage> {
      const lost = losses.all();
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
          .slice(-MAX_LISTED)
          .reverse()
          .map(({ deviceId, fromMs, toMs, foundAt }) => ({
            deviceId,
            deviceName: nameOf(deviceId),
            from: timeOf(fromMs),
            to: timeOf(toMs),
            foundAt: iso(foundAt),
          })),
        damagedCount: damaged.length,
        lost: lost.slice(0, MAX_LISTED).map(({ kind, deviceId, fromMs, toMs, foundAt }) => ({
          kind,
          deviceId,
          deviceName: nameOf(deviceId),
          from: timeOf(fromMs),
          to: timeOf(toMs),
          foundAt: iso(foundAt),
        })),
        lostCount: lost.length,
      };
    },
  };
}
