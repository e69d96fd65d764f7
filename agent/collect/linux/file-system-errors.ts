import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { ErrorCount } from '../volume.ts';
import type { FileReader } from './files.ts';

/**
 * Whether a read-only file system has met an error. Its superblock keeps the count over restarts and `mount -o ro` until it is
 * mended, so one that was mounted read-only on purpose counts none. Null where the kernel does not say.
 */
export function hasMetErrors(files: FileReader, sysRoot: string, errors: 'known' | ErrorCount): boolean | null {
  if (errors === 'known') return true;
  const name = kernelName(sysRoot, errors.device);
  const count = name === undefined ? undefined : files.text(`${sysRoot}/fs/${errors.driver}/${name}/errors_count`);
  return count === undefined || !/^\d+$/.test(count.trim()) ? null : Number(count) > 0;
}

/** `8:1` is `sda1` there. */
function kernelName(sysRoot: string, device: string): string | undefined {
  try {
    return basename(readlinkSync(`${sysRoot}/dev/block/${device}`));
  } catch {
    return undefined;
  }
}
