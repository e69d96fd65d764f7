import type { MetricDescriptor } from '../../protocol/metric.ts';
import { describeAll } from './section.ts';

/** A mounted file system. */
export interface Volume {
  /** Mountpoint as the metric names it. */
  readonly name: string;
  /** Mountpoint as the system knows it: bytes, since Linux does not promise UTF-8. */
  readonly path: Buffer;
  /** A server or a program stands behind it, and asking it may never return. Any other may hang as well, but seldom does. */
  readonly mayHang: boolean;
  readonly readOnly: boolean;
  /** The same for volumes that share one pool of space. */
  readonly pool: string;
}

/** What `fs.promises.statfs` answers, as far as we use it. Blocks are counted in `frsize` bytes. */
export interface StatfsResult {
  readonly bsize: number;
  readonly frsize: number;
  readonly blocks: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}
export type Statfs = (path: Buffer) => Promise<StatfsResult>;

/** What is known of a volume at a round. */
export interface VolumeState {
  /** The newest answer, at most three minutes old. */
  readonly result: StatfsResult | undefined;
  /** False: it does not answer, or answers with a fault of its own. Null: nobody knows, such as before the first answer. */
  readonly isReadable: boolean | null;
}

/** Before it was asked. */
export const notAsked: VolumeState = { result: undefined, isReadable: null };

/** More would not fit a schema beside disks and interfaces. */
export const MAX_VOLUMES = 64;

/** The descriptors of {@link volumeValues}, volume by volume. */
export function describeVolumes(volumes: readonly Volume[]): readonly MetricDescriptor[] {
  return describeAll(
    ['fs.size', 'fs.available', 'fs.inodes', 'fs.inodesFree', 'fs.readOnly', 'fs.readable'],
    volumes.map((volume) => volume.name),
  );
}

/** Size and what ordinary users may still take, in bytes; inodes are null where a file system (btrfs, vfat) has no fixed number. */
export function volumeValues(volume: Volume, { result, isReadable }: VolumeState): readonly (number | null)[] {
  const flags = [volume.readOnly ? 1 : 0, isReadable === null ? null : Number(isReadable)];
  // Some FUSE file systems answer 0 blocks: they have no size, which is not the same as being full.
  if (result === undefined || result.blocks <= 0) return [null, null, null, null, ...flags];
  const blockBytes = result.frsize || result.bsize;
  // XFS and quotas can make the available count negative, which arrives as a huge unsigned number.
  const available = result.bavail > result.blocks ? 0 : result.bavail;
  const hasInodes = result.files > 0;
  return [
    result.blocks * blockBytes,
    available * blockBytes,
    hasInodes ? result.files : null,
    hasInodes ? result.ffree : null,
    ...flags,
  ];
}
