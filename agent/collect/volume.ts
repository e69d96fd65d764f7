import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { describeAll } from './section.ts';

/** A mounted file system. */
export interface Volume {
  /** Mountpoint as the metric names it. */
  readonly name: string;
  /** Mountpoint as the system knows it: bytes, since Linux does not promise UTF-8. */
  readonly path: Buffer;
  /** A server or a program stands behind it, and asking it may never return. Any other may hang as well, but seldom does. */
  readonly mayHang: boolean;
  /** Its driver goes on telling its size after it was shut down by an error, and refuses everything else. */
  readonly hidesShutdown?: boolean;
  readonly readOnly: boolean;
  /** Only of what is read-only, where the kernel can tell: an error made it so, or what is said there counts its errors. */
  readonly errors?: 'known' | ErrorCount;
  /** The same for volumes that share one pool of space. */
  readonly pool: string;
  /** Other names of the same space, such as subvolumes, which are not measured apart. */
  readonly alsoAt?: readonly string[];
  /** It lies upon another that its mount does not name: it shares space with whichever has the same figures. */
  readonly isLayered?: boolean;
}

/** Where the driver of a file system counts the errors that it met. */
export interface ErrorCount {
  readonly driver: 'ext4';
  /** `major:minor` */
  readonly device: string;
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
  return volumes.flatMap(({ name, errors }) => [
    ...describeAll(['fs.size', 'fs.available', 'fs.inodes', 'fs.inodesFree', 'fs.readOnly', 'fs.readable'], [name]),
    ...(errors === undefined ? [] : describeAll(['fs.error'], [name])),
  ]);
}

/**
 * Size and what ordinary users may still take, in bytes; inodes are null where a file system (btrfs, vfat) has no fixed number.
 * @param hasErrors whether an error made it read-only, where {@link Volume.errors} says that this can be told
 */
export function volumeValues(
  volume: Volume,
  { result, isReadable }: VolumeState,
  hasErrors: boolean | null = null,
): readonly (number | null)[] {
  const flags = [volume.readOnly ? 1 : 0, isReadable === null ? null : Number(isReadable)];
  if (volume.errors !== undefined) flags.push(hasErrors === null ? null : Number(hasErrors));
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
