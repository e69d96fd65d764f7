import type { FileReader } from './files.ts';

/** The kernel counts in these, whatever a device's own are. */
const SECTOR_BYTES = 512;

/** The size of the block device `major:minor`, or undefined where there is none. */
export function deviceBytes(files: FileReader, sysRoot: string, device: string): number | undefined {
  const sectors = files.text(`${sysRoot}/dev/block/${device}/size`)?.trim();
  return sectors !== undefined && /^\d+$/.test(sectors) ? Number(sectors) * SECTOR_BYTES : undefined;
}
