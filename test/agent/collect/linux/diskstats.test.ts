import t from 'tap';
import { listDisks } from '../../../../agent/collect/linux/disks.ts';
import { busyShare, parseDiskstats } from '../../../../agent/collect/linux/diskstats.ts';
import { FileReader } from '../../../../agent/collect/linux/files.ts';
import { fixture, fixturePath } from '../fixture.ts';

function disksOf(origin: string) {
  const known = listDisks(new FileReader(), fixturePath(`${origin}/sys`));
  const disks = parseDiskstats(fixture(`${origin}/proc/diskstats`), (name) => known.has(name));
  return { known, disks };
}

t.test('this machine: neither loop nor zram', async (t) => {
  const { known, disks } = disksOf('machine');
  t.same([...known], [['vda', 'vda']]);
  t.equal(disks.length, 1);
  t.ok(disks[0]!.readBytes > 0 && disks[0]!.busyMs > 0);
});

t.test('LVM, md, NVMe and an old array controller: whole disks once, volumes by their name', async (t) => {
  const { known, disks } = disksOf('lvm');
  t.same(
    disks.map((disk) => known.get(disk.name)),
    ['sda', 'vg0-root', 'vg0-swap_1', 'md127', 'cciss/c0d0', 'nvme0n1'],
  );
  t.same(disks[0], {
    name: 'sda',
    reads: 81234,
    readBytes: 6012345 * 512,
    writes: 120345,
    writeBytes: 9012345 * 512,
    busyMs: 70456,
  });
});

t.test('partitions of old kernels have 7 columns', async (t) => {
  t.same(
    parseDiskstats(fixture('old-kernel/proc/diskstats'), () => true).map((disk) => disk.name),
    ['sda'],
  );
});

t.test('without /sys there are no disks', async (t) => {
  t.equal(listDisks(new FileReader(), fixturePath('nowhere')).size, 0);
});

t.test('the busy share between two readings', async (t) => {
  const f = (before: number, now: number, elapsedMs: number, want: number | null) =>
    t.equal(busyShare(before, now, elapsedMs), want, `${before} -> ${now} in ${elapsedMs} ms`);
  f(1000, 3500, 10_000, 0.25);
  f(1000, 1000, 10_000, 0);
  f(0, 10_050, 10_000, 1);
  f(4_294_967_290, 4, 10_000, null);
  f(1000, 0, 10_000, null);
  f(0, 10, 0, null);
});
