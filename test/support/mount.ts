import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { tempDir } from './temp-dir.ts';

/**
 * A small file system for one process, in a mount namespace of its own: it is gone when the process is, however that ends.
 *
 * Root mounts a loop device with ext4 on it. An ordinary user may mount no block device, not even in a user namespace; there
 * the process gets what containers have: an overlay of 64 MiB as its root, with the machine's folders bound into it.
 */
export interface SmallDisk {
  readonly kind: 'loop' | 'overlay';
  /** Where the process sees it. */
  readonly mountpoint: string;
  /** The command that mounts it and then becomes `command`. */
  wrap(command: readonly string[]): readonly string[];
}

const SIZE_MIB = 64;

const loopScript = 'mount -o loop "$1" "$2" && shift 2 && exec "$@"';

const overlayScript = `
  set -e
  disk=$1; shift
  mount -t tmpfs -o size=${SIZE_MIB}m none "$disk"
  mkdir "$disk/lower" "$disk/upper" "$disk/work" "$disk/root"
  mount -t overlay overlay -o "userxattr,lowerdir=$disk/lower,upperdir=$disk/upper,workdir=$disk/work" "$disk/root"
  for entry in /*; do
    if [ -L "$entry" ]; then cp -P "$entry" "$disk/root$entry"
    elif [ -d "$entry" ]; then mkdir "$disk/root$entry"; mount --rbind "$entry" "$disk/root$entry"; fi
  done
  exec chroot "$disk/root" "$@"`;

/** Prepares the file system; it is mounted by whoever runs a wrapped command. */
export function smallDisk(t: Pick<Test, 'teardown'>): SmallDisk {
  const folder = tempDir(t);
  const mountpoint = join(folder, 'disk');
  mkdirSync(mountpoint);
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, SIZE_MIB * 2 ** 20);
  execFileSync('mkfs.ext4', ['-q', image]);
  const wrapLoop = (command: readonly string[]) => [
    ...['unshare', '--mount', 'sh', '-c', loopScript, 'sh', image, mountpoint],
    ...command,
  ];
  if (process.getuid?.() === 0 && succeeds(wrapLoop(['true']))) return { kind: 'loop', mountpoint, wrap: wrapLoop };
  return {
    kind: 'overlay',
    mountpoint: '/',
    wrap: (command) => [
      ...['unshare', '--map-root-user', '--mount', 'sh', '-c', overlayScript, 'sh', mountpoint],
      ...command,
    ],
  };
}

/** A root without loop devices or the right to mount them, as in many containers, is an ordinary user here. */
function succeeds([program = '', ...args]: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The command that runs `command` where the process `pid` sees the disk: SQLite does not follow a path through /proc. */
export function besideOf({ kind }: SmallDisk, pid: number, command: readonly string[]): readonly string[] {
  const user = kind === 'loop' ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', '--target', String(pid), '--mount', ...user, '--root', '--wd=/', ...command];
}

/** Fills the disk that the process `pid` sees until `freeRatio` of it is left to ordinary users. */
export function fillDisk(disk: SmallDisk, pid: number, freeRatio: number): void {
  const { bavail, blocks, bsize } = statfsSync(insideOf(disk, pid));
  const sizeBytes = Math.floor(bavail - blocks * freeRatio) * bsize;
  writeFileSync(join(insideOf(disk, pid), 'filler'), Buffer.alloc(sizeBytes, 'x'));
}

/** Takes the filling away. */
export function freeDisk(disk: SmallDisk, pid: number): void {
  rmSync(join(insideOf(disk, pid), 'filler'));
}

/** The mountpoint as a path for processes outside the namespace. */
function insideOf({ mountpoint }: SmallDisk, pid: number): string {
  return join(`/proc/${pid}/root`, mountpoint);
}

/** The command that runs `command` where the folder is mounted read-only, in a mount namespace of its own: for root, too. */
export function readOnlyMount(folder: string, command: readonly string[]): readonly string[] {
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', ...user, '--mount', 'sh', '-c', script, 'sh', folder, ...command];
}
