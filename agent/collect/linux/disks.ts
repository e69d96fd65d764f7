import { instanceName } from '../instance.ts';
import { type FileReader, listFolder, utf8 } from './files.ts';

/** More would not fit a schema beside file systems and interfaces. */
export const MAX_DISKS = 64;

/** Memory in the guise of a disk, images counted on the disk below, and drives whose media come and go. */
const passedOver = ['loop', 'ram', 'zram', 'sr', 'fd', 'zd', 'mtdblock'];

/**
 * The whole disks, md arrays and device-mapper volumes in /sys/block: partitions are not listed there. Keyed by the name in
 * /proc/diskstats, with the name of the metric: `dm-0` changes from boot to boot, so its volume's name stands for it.
 */
export function listDisks(files: FileReader, sysRoot: string): ReadonlyMap<string, string> {
  const disks = new Map<string, string>();
  for (const entry of listFolder(`${sysRoot}/block`)) {
    if (disks.size === MAX_DISKS) break;
    if (passedOver.some((prefix) => entry.startsWith(prefix))) continue;
    const folder = `${sysRoot}/block/${entry}`;
    // No medium, or one path of several to the same NVMe disk.
    if (files.text(`${folder}/size`)?.trim() === '0' || files.text(`${folder}/hidden`)?.trim() === '1') continue;
    const mapped = entry.startsWith('dm-') ? files.text(`${folder}/dm/name`)?.trim() : undefined;
    disks.set(entry.replaceAll('!', '/'), instanceName(utf8(mapped || entry.replaceAll('!', '/'))));
  }
  return disks;
}
