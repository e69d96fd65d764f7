import { type Said, said } from '../../../protocol/said/said.ts';
import type { Loss } from '../../fleet/device-shown.ts';

/** The same hours of the same machine, lost in the same way. */
export function lossKey({ kind, deviceId, fromMs, toMs }: Loss): string {
  return JSON.stringify([kind, deviceId, fromMs, toMs]);
}

/** Hours that are named. */
const NAMED = 3;

/**
 * Which hours of whom are gone, and why, by kind.
 * @param losses the newest found first
 * @param nameOf the name of a device, or undefined if there is none any more
 */
export function sayLosses(losses: readonly Loss[], nameOf: (deviceId: string) => string | undefined): Said {
  const kinds = [...Map.groupBy(losses, ({ kind }) => kind)].map(([kind, all]) => {
    const of = all.slice(0, NAMED).map((loss) => sayLoss(loss, nameOf));
    return said('history.lost.kind', { kind, of, more: all.length - of.length });
  });
  return said('history.lost', { losses: kinds });
}

function sayLoss({ deviceId, fromMs, toMs }: Loss, nameOf: (deviceId: string) => string | undefined): Said {
  const device = deviceId === null ? null : (nameOf(deviceId) ?? null);
  return said('history.lost.of', { device, isSome: deviceId === null, from: fromMs, to: toMs });
}
