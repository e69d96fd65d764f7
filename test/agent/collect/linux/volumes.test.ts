import fc from 'fast-check';
import t from 'tap';
import { parseMountinfo, unescapeOctal } from '../../../../agent/collect/linux/mountinfo.ts';
import { selectVolumes } from '../../../../agent/collect/linux/volumes.ts';
import { fixture } from '../fixture.ts';

const mountsOf = (origin: string) => parseMountinfo(fixture(`${origin}/proc/self/mountinfo`));
const namesOf = (origin: string) => selectVolumes(mountsOf(origin)).map((volume) => volume.name);

t.test('what each origin shows', async (t) => {
  t.same(namesOf('machine'), ['/']);
  t.same(namesOf('container'), ['/', '/usr'], "the overlay root, and the host's disk once");
  t.same(namesOf('btrfs'), ['/', '/mnt/root'], 'subvolumes share one pool of space');
  t.same(namesOf('old-kernel'), ['/', '/boot'], 'cgroups v1');
  t.same(
    namesOf('lvm'),
    ['/', '/boot', '/var', '/srv', '/srv/db', '/mnt/image'],
    'no EFI, snap, ISO, overlay or bind mount; a loop-mounted ext4 counts',
  );
});

t.test('read-only is what the file system says of itself', async (t) => {
  const readOnly = (origin: string) => selectVolumes(mountsOf(origin)).filter((volume) => volume.readOnly);
  t.same(
    readOnly('lvm').map((volume) => volume.name),
    ['/srv', '/srv/db'],
    'ro, and emergency_ro of newer ext4',
  );
  const hardened = fixture('lvm/proc/self/mountinfo').replace(' / / rw,', ' / / ro,');
  t.notOk(selectVolumes(parseMountinfo(hardened))[0]?.readOnly, 'a service that sees the tree read-only');
});

t.test('network mounts and their like', async (t) => {
  const volumes = selectVolumes(mountsOf('nfs'));
  t.same(
    volumes.filter((volume) => volume.mayHang).map((volume) => volume.name),
    ['/mnt/nfs4', '/mnt/old share', '/mnt/windows', '/mnt/sshfs', '/mnt/usb'],
  );
  t.same(
    volumes.filter((volume) => !volume.mayHang).map((volume) => volume.name),
    ['/'],
    'a program stands behind fuseblk; automount points and gvfs have no size',
  );
});

t.test('odd mountpoints', async (t) => {
  // All are mounts of one image: told apart here, so that none is dropped as a bind mount.
  const mounts = mountsOf('odd-mountpoints').filter((mount) => mount.source === '/dev/loop1');
  const [odd, latin, long] = selectVolumes(mounts.map((mount, i) => ({ ...mount, device: `7:${i}` })));
  t.equal(odd?.path.toString(), '/mnt/back slash\\ tab\tnew\nline #hash ñandú');
  t.equal(odd?.name, '/mnt/back slash\\ tab\ufffdnew\ufffdline #hash ñandú', 'no control characters in a name');
  t.same(latin?.path, Buffer.concat([Buffer.from('/mnt/latin-'), Buffer.from([0xff])]), 'the very bytes');
  t.equal(latin?.name, '/mnt/latin-\ufffd');
  t.equal(long?.path.length, 356);
  t.equal(Buffer.byteLength(long!.name), 200);
  t.match(long?.name, /~[0-9a-f]{8}$/);
  t.equal(namesOf('odd-mountpoints').length, 3, 'and as one image they are one volume, beside / and btrfs');
});

t.test('the last mount on a mountpoint covers the others', async (t) => {
  const line = (device: string, mountpoint: string) => `1 1 ${device} / ${mountpoint} rw - ext4 /dev/sd${device} rw`;
  const volumes = (...lines: string[]) => selectVolumes(parseMountinfo(lines.join('\n'))).map((volume) => volume.name);
  t.same(volumes(line('8:1', '/a'), '1 1 0:9 / /a rw - tmpfs tmpfs rw'), [], 'by a tmpfs');
  t.same(volumes(line('8:1', '/a'), line('8:1', '/a')), ['/a'], 'by itself');
  const many = Array.from({ length: 500 }, (_, i) => line(`9:${i}`, `/m${i}`));
  t.equal(volumes(...many).length, 500, 'which of them are watched is another question');
});

t.test('escapes are undone, anything else is left alone', async (t) => {
  const f = (escaped: string, want: string) => t.equal(unescapeOctal(escaped), want, escaped);
  f('/plain', '/plain');
  f('/a\\040b', '/a b');
  f('/a\\134040b', '/a\\040b');
  f('/a\\011\\012\\043', '/a\t\n#');
  f('/a\\', '/a\\');
  f('/a\\x41', '/a\\x41');
});

t.test('property: escaping as the kernel does comes back; rubbish never throws', async (t) => {
  const escapeOctal = (text: string) =>
    text.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  t.doesNotThrow(() =>
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => unescapeOctal(escapeOctal(text)) === text)),
  );
  t.doesNotThrow(() =>
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(selectVolumes(parseMountinfo(text))))),
  );
});

const seen = (...lines: string[]) =>
  selectVolumes(parseMountinfo(lines.map((line, index) => `${index + 20} 1 ${line}`).join('\n')));
const shown = (...lines: string[]) => seen(...lines).map((volume) => volume.name);

t.test('a bind mount does not take the name of the file system that it shows a folder of', async (t) => {
  const whole = '8:17 / /srv/data rw - ext4 /dev/sdb1 rw';
  t.same(shown('8:17 /sub /d rw - ext4 /dev/sdb1 rw', whole), ['/srv/data']);
  t.same(shown(whole, '8:17 /sub /d rw - ext4 /dev/sdb1 rw'), ['/srv/data']);
  t.same(shown(whole, '8:17 / /d rw - ext4 /dev/sdb1 rw'), ['/srv/data'], 'nor one of the whole, that came later');
  t.same(shown('8:17 /x /long/path rw - ext4 /dev/sdb1 rw', '8:17 /y /d rw - ext4 /dev/sdb1 rw'), ['/d']);
  t.same(
    shown('8:2 / /sysroot rw - xfs /dev/sda2 rw', '8:2 /ostree/deploy/0 / rw - xfs /dev/sda2 rw'),
    ['/'],
    'the root of the machine stays its root',
  );
  t.same(
    shown(
      '0:40 /@home /home rw - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home',
      '0:40 /@home/x /b rw - btrfs /dev/sda2 rw,subvolid=257,subvol=/@home',
    ),
    ['/home'],
    'a subvolume is whole, a folder of it is not',
  );
});

t.test('images over FUSE are images', async (t) => {
  const fuse = (type: string, source = type, mountpoint = '/mnt/x') =>
    shown(`0:60 / ${mountpoint} ro,nosuid - ${type} ${source} ro,user_id=0,group_id=0`);
  for (const type of ['fuse.squashfuse', 'fuse.squashfuse_ll', 'fuse.snapfuse', 'fuse.fuseiso', 'fuse.erofsfuse']) {
    t.same(fuse(type), [], type);
  }
  t.same(fuse('fuse.archivemount'), []);
  t.same(fuse('fuse.Obsidian-1.2.AppImage', 'Obsidian.AppImage'), []);
  t.same(fuse('fuse.obsidian', 'obsidian', '/tmp/.mount_ObsidiKQx1'), [], 'where an AppImage mounts itself');
  t.same(fuse('fuse.sshfs'), ['/mnt/x']);
  t.same(fuse('fuse', '/dev/fuse'), ['/mnt/x']);
  const [plain] = seen('0:60 / /mnt/x rw - fuse /dev/fuse rw,user_id=0', '8:1 / / rw - ext4 /dev/sda1 rw');
  t.match(plain, { mayHang: true, readOnly: false });
  t.match(seen('0:60 / /mnt/x ro - fuse.sshfs host:/ ro,user_id=0')[0], { readOnly: false }, 'somebody wanted it so');
  t.match(
    seen('8:33 / /mnt/y ro - fuseblk /dev/sdc1 ro,user_id=0')[0],
    { readOnly: true },
    'a disk may have turned so',
  );
});

t.test('only what firmware and makers use is left out by its name, and only if it is small', async (t) => {
  const f = (type: string, mountpoint: string, gib: number | undefined, want: boolean) => {
    const source = type.startsWith('nfs') ? 'nas:/x' : '/dev/sdb1';
    const mounts = parseMountinfo(`36 35 8:17 / ${mountpoint} rw - ${type} ${source} rw`);
    const names = selectVolumes(mounts, () => gib && gib * 2 ** 30).map(({ name }) => name);
    t.same(names, want ? [mountpoint] : [], `${type} ${mountpoint} of ${gib} GiB`);
  };
  f('xfs', '/srv/recovery', 1, true);
  f('nfs4', '/mnt/backup/Recovery', undefined, true);
  f('ext4', '/recovery', 1, true);
  f('ext4', '/efi', 1, true);
  f('ntfs3', '/mnt/Recovery', 1, false);
  f('fuseblk', '/mnt/recovery', undefined, false);
  f('vfat', '/media/RECOVERY', 32, false);
  f('ntfs3', '/mnt/Recovery', 500, true);
  f('fuseblk', '/mnt/recovery', 33, true);
  f('vfat', '/boot/efi', 1, false);
  f('vfat', '/efi', undefined, false);
  f('ext4', '/boot', 1, true);
});
