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
    volumes.filter((volume) => volume.network).map((volume) => volume.name),
    ['/mnt/nfs4', '/mnt/old share', '/mnt/windows', '/mnt/sshfs'],
  );
  t.same(
    volumes.filter((volume) => !volume.network).map((volume) => volume.name),
    ['/', '/mnt/usb'],
    'fuseblk is a local disk; automount points and gvfs have no size',
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
  t.equal(volumes(...many).length, 64, 'bounded');
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
