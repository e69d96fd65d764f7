import type { DeviceKind } from '../../protocol/api/view.ts';
import { type Said, said } from '../../protocol/said/said.ts';

/** The system drive of a workstation below this goes on the weekly list. */
export const LOW_DRIVE_BYTES = 10 * 1024 ** 3;

/** The newest that was reported of a machine's system drive. */
export interface SystemDrive {
  readonly at: number;
  readonly availableBytes: number;
}

/** What is left on the system drive of a workstation that is short of space, bytes; null of every other machine. */
export function lowDriveBytes(kind: DeviceKind, drive: SystemDrive | null | undefined): number | null {
  return kind === 'workstation' && drive && drive.availableBytes < LOW_DRIVE_BYTES ? drive.availableBytes : null;
}

const MAX_NAMED = 20;

/** The weekly line about a client's workstations whose system drive is nearly full; null if there are none. */
export function sayLowDrives(
  devices: readonly { readonly name: string; readonly kind: DeviceKind; readonly drive: SystemDrive | null }[],
): Said | null {
  const low = devices
    .flatMap(({ name, kind, drive }) => {
      const left = lowDriveBytes(kind, drive);
      return left === null ? [] : [{ name, left }];
    })
    .sort((a, b) => a.left - b.left);
  if (low.length === 0) return null;
  const lowest = low.slice(0, MAX_NAMED);
  return said('drives.low', {
    count: low.length,
    lowest: lowest.map(({ name, left }) => said('drives.low.device', { device: name, availableBytes: left })),
    more: low.length - lowest.length,
    belowBytes: LOW_DRIVE_BYTES,
  });
}
