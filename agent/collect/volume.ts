import { statfs as statfsOfNode } from '../disk.ts';
import { describeAll } from './section.ts';

/** A mounted file system. */
export interface Volume {
  /** Mountpoint as the metric names it. */
  readonly name: string;
  /** Mountpoint as the system knows it: bytes, since Linux does not promise UTF-8. */
  readonly path: Buffer;
  /** May hang for ever when a server or a user-space daemon is gone. */
  readonly network: boolean;
  readonly readOnly: boolean;
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

/** More would not fit a schema beside disks and interfaces. The first mounted are kept. */
export const MAX_VOLUMES = 64;

const LOCAL_DEADLINE_MS = 1000;
/** Three rounds of a workstation. */
const NETWORK_STALE_MS = 180_000;

interface Latest {
  readonly result: StatfsResult;
  readonly atMs: number;
}

/**
 * Measures file systems without ever being held up by one.
 *
 * A call to statfs occupies one of the process's two pool threads until the kernel answers, and cannot be cancelled. So local
 * ones run one after another and share a deadline; network ones run one after another behind the reports, which take
 * the latest known answer. While a local one hangs, nothing else is started: the last thread serves name resolution and the spool.
 */
export class VolumeProbe {
  readonly #statfs: Statfs;
  readonly #latest = new Map<string, Latest>();
  #localRound: Promise<void> | undefined;
  #networkRound: Promise<void> | undefined;
  #nowMs = 0;

  constructor(statfs: Statfs = (path) => statfsOfNode(path)) {
    this.#statfs = statfs;
  }

  /**
   * An answer per volume, or undefined where there is none that is fresh: from this round for a local volume, at most three
   * minutes old for a network one.
   */
  async sample(volumes: readonly Volume[], nowMs: number): Promise<readonly (StatfsResult | undefined)[]> {
    this.#nowMs = nowMs;
    this.#forget(volumes);
    const stuck = this.#localRound !== undefined;
    if (!stuck) {
      this.#startNetworkRound(volumes.filter((volume) => volume.network));
      await this.#localRoundWithin(volumes.filter((volume) => !volume.network));
    }
    return volumes.map((volume) => {
      const latest = this.#latest.get(volume.name);
      const maxAgeMs = volume.network ? NETWORK_STALE_MS : 0;
      return latest && nowMs - latest.atMs <= maxAgeMs ? latest.result : undefined;
    });
  }

  #startNetworkRound(volumes: readonly Volume[]): void {
    if (this.#networkRound !== undefined || volumes.length === 0) return;
    this.#networkRound = this.#probeInTurn(volumes).finally(() => {
      this.#networkRound = undefined;
    });
  }

  async #localRoundWithin(volumes: readonly Volume[]): Promise<void> {
    if (volumes.length === 0) return;
    this.#localRound = this.#probeInTurn(volumes).finally(() => {
      this.#localRound = undefined;
    });
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, LOCAL_DEADLINE_MS);
    await Promise.race([this.#localRound, deadline.promise]);
    clearTimeout(timer);
  }

  async #probeInTurn(volumes: readonly Volume[]): Promise<void> {
    for (const volume of volumes) {
      try {
        const result = await this.#statfs(volume.path);
        this.#latest.set(volume.name, { result, atMs: this.#nowMs });
      } catch {
        // Unmounted, stale handle, no permission: its metrics are null until it answers again.
        this.#latest.delete(volume.name);
      }
    }
  }

  #forget(volumes: readonly Volume[]): void {
    if (this.#latest.size <= volumes.length) return;
    const names = new Set(volumes.map((volume) => volume.name));
    for (const name of this.#latest.keys()) if (!names.has(name)) this.#latest.delete(name);
  }
}

/** The descriptors of {@link volumeValues}, volume by volume. */
export function describeVolumes(volumes: readonly Volume[]) {
  return describeAll(
    ['fs.size', 'fs.available', 'fs.inodes', 'fs.inodesFree', 'fs.readOnly'],
    volumes.map((volume) => volume.name),
  );
}

/** Size and what ordinary users may still take, in bytes; inodes are null where a file system (btrfs, vfat) has no fixed number. */
export function volumeValues(volume: Volume, result: StatfsResult | undefined): readonly (number | null)[] {
  const readOnly = volume.readOnly ? 1 : 0;
  // Some FUSE file systems answer 0 blocks: they have no size, which is not the same as being full.
  if (result === undefined || result.blocks <= 0) return [null, null, null, null, readOnly];
  const blockBytes = result.frsize || result.bsize;
  // XFS and quotas can make the available count negative, which arrives as a huge unsigned number.
  const available = result.bavail > result.blocks ? 0 : result.bavail;
  const hasInodes = result.files > 0;
  return [
    result.blocks * blockBytes,
    available * blockBytes,
    hasInodes ? result.files : null,
    hasInodes ? result.ffree : null,
    readOnly,
  ];
}
