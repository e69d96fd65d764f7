import { instanceName } from '../instance.ts';
import type { ErrorCount, Volume } from '../volume.ts';
import { utf8 } from './files.ts';
import type { Mount } from './mountinfo.ts';

/** File systems that live on another machine, or behind a daemon that talks to one: their statfs may never return. */
const networkTypes = new Set(
  'nfs nfs4 cifs smb3 smbfs ncpfs afs coda ceph glusterfs 9p lustre gfs gfs2 ocfs2 beegfs gpfs pvfs2 orangefs virtiofs'.split(
    ' ',
  ),
);

/** Local, but without a block device of that name as their source. */
const sourcelessTypes = new Set(['zfs', 'bcachefs', 'ubifs', 'jffs2', 'yaffs2', 'apfs']);

/** Images that are full by nature: nothing can be done about them (snap packages, ISO files, discs). */
const imageTypes = new Set(['squashfs', 'iso9660', 'udf', 'erofs', 'cramfs', 'romfs']);

/** The same in user space: what FUSE mounts of images and archives call themselves. An AppImage goes by its own name. */
const imagesOverFuse =
  /^fuse\.(squashfuse(_ll)?|snapfuse|fuseiso|fuse-?iso9660|isofuse|cdfs|erofsfuse|dwarfs|archivemount|ratarmount|fuse-(zip|archive)|mount-(zip|archive)|.*\.appimage)$/i;

/** They are memory, whatever source they were given. */
const memoryTypes = new Set(['tmpfs', 'ramfs', 'devtmpfs']);

/** User-space views of something else. They have no size of their own. */
const viewTypes = new Set('fuse.lxcfs fuse.gvfsd-fuse fuse.portal fuse.vmware-vmblock'.split(' '));

/**
 * Mounted by container runtimes over single files: they would show a disk of the host under a misleading name.
 */
const runtimeFiles = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/dev/termination-log']);

/** Makers keep the image of a whole system in theirs; what is larger is a disk that somebody writes to. */
const MAX_RECOVERY_BYTES = 32 * 2 ** 30;
/** What firmware, Windows and the makers of machines use. */
const firmwareTypes = new Set(['vfat', 'msdos', 'ntfs', 'ntfs3', 'fuseblk']);

/**
 * Boot loaders alone write the EFI partition, and Windows and makers keep recovery images of a fixed size in theirs: both are
 * small, nearly full and of no concern. /boot is kept, since a full one breaks kernel updates. A name alone says nothing: people
 * call their folders so too.
 */
function isFirmwarePartition(mount: Mount, sizeOfDevice: SizeOfDevice): boolean {
  if (!firmwareTypes.has(mount.type)) return false;
  const path = mount.mountpoint.toLowerCase();
  if (path === '/efi' || path === '/boot/efi') return true;
  return path.endsWith('/recovery') && (sizeOfDevice(mount.device) ?? 0) <= MAX_RECOVERY_BYTES;
}

/** Bytes of the block device `major:minor`, or undefined where nothing tells. */
type SizeOfDevice = (device: string) => number | undefined;

function isImage({ type, mountpoint, source }: Mount): boolean {
  // ZFS mounts a snapshot whenever somebody looks into it.
  if (type === 'zfs' && source.includes('@')) return true;
  return imageTypes.has(type) || imagesOverFuse.test(type) || (isFuse(type) && /\/\.mount_[^/]+$/.test(mountpoint));
}

function isFuse(type: string): boolean {
  return type === 'fuse' || type === 'fuseblk' || type.startsWith('fuse.');
}

/** A process stands behind it, here or on another machine, and may be gone without the kernel's knowing. */
function mayHang({ type }: Mount): boolean {
  return networkTypes.has(type) || (isFuse(type) && type !== 'fuse.fuse-overlayfs');
}

function isReal(mount: Mount, sizeOfDevice: SizeOfDevice): boolean {
  if (isImage(mount) || memoryTypes.has(mount.type) || viewTypes.has(mount.type)) return false;
  if (runtimeFiles.has(mount.mountpoint) || isFirmwarePartition(mount, sizeOfDevice)) return false;
  if (mayHang(mount) || sourcelessTypes.has(mount.type)) return true;
  // The root of a container or a live system; any other overlay shows a disk that is listed already.
  if (isLayered(mount)) return mount.mountpoint === '/';
  // What is left of the real ones has a device, loop devices among them. tmpfs, proc and their like have none.
  return mount.source.startsWith('/dev/');
}

/** A trigger mounts a file system over itself when somebody looks, and takes it away when nobody does. */
function isTrigger({ type }: Mount): boolean {
  return type === 'autofs';
}

function isLayered({ type }: Mount): boolean {
  return type === 'overlay' || type === 'aufs' || type === 'fuse.fuse-overlayfs';
}

/** Shows all of its file system, or of its subvolume; a bind mount of a folder does not. */
function isWhole({ root, superOptions }: Mount): boolean {
  return root === '/' || superOptions.includes(`subvol=${root}`);
}

/** Which of two mounts of one file system gives it its name: the machine's root, then a whole one, then the shorter path. */
function isBetter(mount: Mount, other: Mount): boolean {
  if (mount.mountpoint === '/' || other.mountpoint === '/') return mount.mountpoint === '/';
  if (isWhole(mount) !== isWhole(other)) return isWhole(mount);
  // Of two whole ones the second is a bind mount of the first; subvolumes come in any order.
  if (mount.root === '/' && other.root === '/') return false;
  return mount.mountpoint.length < other.mountpoint.length;
}

/** Only the kernel's own file systems turn read-only by themselves; in user space somebody wanted it. */
function isReadOnly(mount: Mount): boolean {
  const couldBeWilled = isFuse(mount.type) && mount.type !== 'fuseblk';
  return !couldBeWilled && (mount.superOptions.includes('ro') || isStopped(mount));
}

/** Its driver writes nothing more after an error: since Linux 6.15 ext4 says so instead of `ro`. */
function isStopped({ superOptions }: Mount): boolean {
  return superOptions.includes('emergency_ro') || superOptions.includes('shutdown');
}

/** What tells whether an error made it read-only. ext4, which serves its elders too, counts its errors until it is mended. */
function errorsOf(mount: Mount): 'known' | ErrorCount | undefined {
  if (!isReadOnly(mount)) return undefined;
  if (isStopped(mount)) return 'known';
  return /^ext[234]$/.test(mount.type) ? { driver: 'ext4', device: mount.device } : undefined;
}

/**
 * The file systems worth measuring, each once, in the order of mounting. Of several mounts of one, the machine's root gives it
 * its name, then one that shows the whole of it, then the shortest.
 *
 * Read-only is what the file system itself says: it turns so after errors. A single mount that is read-only says nothing, as
 * a hardened service sees the whole tree that way.
 */
export function selectVolumes(
  mounts: readonly Mount[],
  sizeOfDevice: SizeOfDevice = () => undefined,
): readonly Volume[] {
  const uncovered = new Map<string, Mount>();
  for (const mount of mounts) uncovered.set(mount.mountpoint, mount);
  const byDevice = new Map<string, Mount[]>();
  for (const mount of uncovered.values()) {
    if (!isReal(mount, sizeOfDevice)) continue;
    const others = byDevice.get(mount.device);
    if (others === undefined) byDevice.set(mount.device, [mount]);
    else if (isBetter(mount, others[0] as Mount)) others.unshift(mount);
    else others.push(mount);
  }
  const volumes = new Map<string, Volume>();
  for (const [mount, ...others] of byDevice.values() as Iterable<[Mount, ...Mount[]]>) {
    const name = instanceName(utf8(mount.mountpoint));
    // Two mountpoints that differ in unprintable bytes only would name a metric twice.
    if (volumes.has(name)) continue;
    volumes.set(name, {
      name,
      path: Buffer.from(mount.mountpoint, 'latin1'),
      mayHang: mayHang(mount),
      ...given('hidesShutdown', mount.type === 'xfs' || undefined),
      readOnly: isReadOnly(mount),
      ...given('errors', errorsOf(mount)),
      pool: poolOf(mount),
      ...given('alsoAt', namesOf(others.filter(isWhole))),
      ...given('isLayered', isLayered(mount) || undefined),
    });
  }
  return [...volumes.values()];
}

/** How many of those that wait are named. */
const MAX_WAITING = 64;

/**
 * The names of what automount has taken away for now, since nobody uses it. That is no loss: its trigger stands, and looking
 * at it would mount it, so nothing is asked of it. Where one trigger stands for a whole folder only those are known that were
 * seen in it.
 * @param seenBefore names of {@link selectVolumes} and of this, of earlier rounds
 */
export function selectWaiting(mounts: readonly Mount[], seenBefore: Iterable<string>): readonly string[] {
  const uncovered = new Map<string, Mount>();
  for (const mount of mounts) uncovered.set(instanceName(utf8(mount.mountpoint)), mount);
  const triggers = [...uncovered].filter(([, mount]) => isTrigger(mount) && !isOfKernel(mount));
  const folders = triggers.filter(([, mount]) => isForFolder(mount)).map(([name]) => `${name}/`);
  const waiting = new Set<string>();
  for (const name of seenBefore) {
    if (!uncovered.has(name) && folders.some((folder) => name.startsWith(folder))) waiting.add(name);
  }
  for (const [name, mount] of triggers) if (!isForFolder(mount)) waiting.add(name);
  return [...waiting].slice(0, MAX_WAITING);
}

/** What is mounted in it has no place of its own before it is mounted. */
function isForFolder({ superOptions }: Mount): boolean {
  return superOptions.includes('indirect');
}

/** systemd puts one before binfmt_misc, which has no space. */
function isOfKernel({ mountpoint }: Mount): boolean {
  return /^\/(proc|sys)\//.test(mountpoint);
}

function given<K extends keyof Volume>(key: K, value: Volume[K] | undefined): Pick<Volume, K> | object {
  return value === undefined ? {} : { [key]: value };
}

/** A bind mount of a folder is no name of its file system; a subvolume, or all of it at a second place, is. */
function namesOf(mounts: readonly Mount[]): readonly string[] | undefined {
  return mounts.length === 0 ? undefined : mounts.map(({ mountpoint }) => instanceName(utf8(mountpoint)));
}

/** Datasets of one ZFS pool share its space: `tank/home` is of `tank`. Any other file system stands for itself. */
function poolOf({ type, source, device }: Mount): string {
  return type === 'zfs' ? `zfs ${source.split('/', 1)[0]}` : device;
}
