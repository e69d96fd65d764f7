import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { tempDir } from '../../../support/temp-dir.ts';

const COLLECT = fileURLToPath(new URL('../../../support/collect-once.ts', import.meta.url));

type Seen = Readonly<Record<string, number | null>>;

/**
 * What the agent sees at each `look` of a script that mounts images in a namespace of its own. `$1` is a folder for them; `loop`
 * puts an image on a loop device that goes with its last mount, and sets `$device`.
 */
function looks(t: Test, script: string): { folder: string; seen: readonly Seen[] } {
  const folder = tempDir(t);
  const prelude = `
    set -e
    exec 3>&1 1>&2
    loop() { device=$(losetup --find --show "$1"); devices="$devices $device"; }
    let_go() { for one in $devices; do losetup --detach "$one" || true; done; }
    trap let_go EXIT
    look() { "${process.execPath}" "${COLLECT}" >&3; }
    cd "$1"`;
  const printed = execFileSync('unshare', ['--mount', 'bash', '-c', `${prelude}\n${script}`, 'bash', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = printed.split('\n').filter((line) => line !== '');
  return { folder, seen: lines.map((line) => JSON.parse(line) as Seen) };
}

/** Only root may mount, not every kernel knows every file system, and not every root has loop devices. */
function whereMounted(type: string, sizeMib: number): typeof t.test | (() => undefined) {
  if (process.getuid?.() !== 0) return () => undefined;
  const script = `set -e; cd "$(mktemp -d)"; truncate -s ${sizeMib}M i; mkfs.${type} -q i; mkdir m; mount -o loop i m; rm i`;
  try {
    execFileSync('unshare', ['--mount', 'bash', '-c', script], { stdio: 'ignore' });
    return t.test.bind(t);
  } catch {
    return () => undefined;
  }
}

t.test('of this machine, whoever looks, at least one file system that has room is seen', async (t) => {
  const seen = JSON.parse(execFileSync(process.execPath, [COLLECT], { encoding: 'utf8' })) as Seen;
  const sizes = Object.entries(seen).filter(([name]) => name.startsWith('fs.size['));
  t.ok(
    sizes.some(([, size]) => (size ?? 0) > 0),
    JSON.stringify(sizes),
  );
});

whereMounted('btrfs', 128)('subvolumes of one btrfs are one file system under several names', async (t) => {
  const { folder, seen } = looks(
    t,
    `truncate -s 128M image; mkfs.btrfs -q image; loop image
     mkdir pool; mount "$device" pool
     for name in homes things services; do
       btrfs subvolume create pool/$name
       mkdir "$name"; mount -o subvol="$name" "$device" "$name"
     done
     mkdir pool/homes/folder bound; mount --bind pool/homes/folder bound
     look`,
  );
  const [once = {}] = seen;
  const at = (family: string): string[] =>
    Object.keys(once)
      .filter((name) => name.startsWith(`fs.${family}[${folder}`))
      .map((name) => name.slice(`fs.${family}[${folder}/`.length, -1));
  t.same(at('size'), ['pool']);
  t.same(
    at('pool').sort(),
    ['homes', 'pool', 'services', 'things'],
    'a folder that is mounted elsewhere is no name of it',
  );
  t.equal(new Set(at('pool').map((name) => once[`fs.pool[${folder}/${name}]`])).size, 1);
});

whereMounted('ext4', 16)('ext4 that stopped at an error is told from one that was mounted read-only', async (t) => {
  const { folder, seen } = looks(
    t,
    `truncate -s 16M image; mkfs.ext4 -q image; loop image; mkdir disk
     mount -o errors=remount-ro "$device" disk; look
     echo on purpose > /sys/fs/ext4/$(basename "$device")/trigger_fs_error; look
     umount disk; mount -o ro "$device" disk; look
     umount disk; e2fsck -fy image || true; mount -o ro "$device" disk; look`,
  );
  const flags = seen.map((one) => [one[`fs.readOnly[${folder}/disk]`], one[`fs.error[${folder}/disk]`]]);
  t.same(flags, [
    [0, undefined],
    [1, 1],
    [1, 1],
    [1, 0],
  ]);
});

whereMounted('xfs', 320)('XFS that was shut down cannot be read, although it still tells its size', async (t) => {
  const { folder, seen } = looks(
    t,
    `truncate -s 320M image; mkfs.xfs -q image; loop image; mkdir disk; mount "$device" disk; look
     xfs_io -x -c shutdown disk; look`,
  );
  t.same(
    seen.map((one) => one[`fs.readable[${folder}/disk]`]),
    [1, 0],
  );
});
