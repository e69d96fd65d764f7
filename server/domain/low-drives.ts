import type { DeviceKind } from '../../protocol/api/view.ts';
import { isolated } from '../../protocol/bidi.ts';
import { formatBytes } from './wording.ts';

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

/** The weekly line about a client's workstations whose system drive is nearly full; null if there are none. */
export function describeLowDrives(
  devices: readonly { readonly name: string; readonly kind: DeviceKind; readonly drive: SystemDrive | null }[],
): string | null {
  const low = devices
    .flatMap(({ name, kind, drive }) => {
      const left = lowDriveBytes(kind, drive);
      return left === null ? [] : [{ name, left }];
    })
    .sort((a, b) => a.left - b.left);
  if (low.length === 0) return null;
  const named = low.slice(0, 20).map(({ name, left }) => `${isolated(name)} (${formatBytes(left)})`);
  const more = low.length > named.length ? ` and ${low.length - named.length} more` : '';
  const count = low.length === 1 ? 'One workstation has' : `${low.length} workstations have`;
  return `${count} less than 10 GB left on the system drive: ${named.join(', ')}${more}.`;
}
