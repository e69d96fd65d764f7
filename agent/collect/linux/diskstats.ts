import { words } from './files.ts';

/** Counted in 512 bytes whatever the disk's own sector size is (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512;

/** Behind two numbers. Most lines are partitions, whose other columns nobody wants. */
const nameShape = /^ *\d+ +\d+ ([^ ]+)/;

export interface DiskCounters {
  /** As the kernel names it: `sda`, `nvme0n1`, `dm-0`, `cciss/c0d0`. */
  readonly name: string;
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writeBytes: number;
  /** Time in which at least one request was under way. */
  readonly busyMs: number;
}

/** /proc/diskstats, only the disks that `keep` names. Lines that make no sense are passed over. */
export function parseDiskstats(text: string, keep: (name: string) => boolean): readonly DiskCounters[] {
  const disks: DiskCounters[] = [];
  for (const line of text.split('\n')) {
    const name = nameShape.exec(line)?.[1];
    if (name === undefined || !keep(name)) continue;
    const columns = words(line);
    // Partitions of old kernels have 7 columns.
    if (columns.length < 14) continue;
    const count = (column: number) => Number(columns[column]);
    const disk: DiskCounters = {
      name,
      reads: count(3),
      readBytes: count(5) * SECTOR_BYTES,
      writes: count(7),
      writeBytes: count(9) * SECTOR_BYTES,
      busyMs: count(12),
    };
    if (Number.isFinite(disk.reads + disk.readBytes + disk.writes + disk.writeBytes + disk.busyMs)) disks.push(disk);
  }
  return disks;
}

/**
 * The share 0..1 of the time between two readings in which a disk was busy, or null if the counter went back: it wraps at
 * 32 bits, and a disk that was pulled out and put back starts at 0.
 */
export function busyShare(previousBusyMs: number, busyMs: number, elapsedMs: number): number | null {
  const delta = busyMs - previousBusyMs;
  return delta < 0 || !(elapsedMs > 0) ? null : Math.min(1, delta / elapsedMs);
}
