import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createLinuxCollector } from '../../../../agent/collect/linux/collector.ts';
import type { Statfs, StatfsResult } from '../../../../agent/collect/volume.ts';
import { parseMetricName } from '../../../../protocol/wire/metric.ts';
import { scaleValues } from '../../../../protocol/wire/report.ts';
import { indexSchema, type Reading } from '../../../../server/domain/reading.ts';
import { diskSpace } from '../../../../server/domain/rules/disk.ts';
import { contextOf, findingsOf, wordsOf } from '../../../support/reading.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { fixture } from '../fixture.ts';

const GiB = 2 ** 30;

/** Blocks of 4 KiB, so many of them as make these sizes. */
function answer(sizeGiB: number, availableGiB: number, files = 0): StatfsResult {
  const blocks = (sizeGiB * GiB) / 4096;
  return { bsize: 4096, frsize: 4096, blocks, bavail: (availableGiB * GiB) / 4096, files, ffree: files };
}

/** What the server reads of a machine with these mounts, at the agent's second round. */
async function readingOf(t: Test, mountinfo: string, statfs: Statfs): Promise<Reading> {
  const procRoot = tempDir(t);
  mkdirSync(join(procRoot, 'self'));
  writeFileSync(join(procRoot, 'self', 'mountinfo'), mountinfo, 'latin1');
  const collector = createLinuxCollector({ procRoot, sysRoot: procRoot, statfs });
  t.teardown(() => collector.close());
  await collector.collect();
  const { metrics, values } = await collector.collect();
  return { at: 0, schema: indexSchema(metrics), scaled: scaleValues(metrics, values) };
}

function poolsOf({ schema, scaled }: Reading): Map<string, number | null> {
  const found = schema.metrics.flatMap(({ name }, index): [string, number | null][] => {
    const { family, instance = '' } = parseMetricName(name);
    return family === 'fs.pool' ? [[instance, scaled[index] ?? null]] : [];
  });
  return new Map(found);
}

const raised = (reading: Reading) =>
  findingsOf(diskSpace, reading, contextOf()).filter(
    ({ signal, priority }) => signal === 'raise' && priority === 'high',
  );

t.test('twelve datasets of one full ZFS pool, from the mounts to one sentence', async (t) => {
  const held = new Map([
    ['/', answer(40, 30)],
    ['/tank2', answer(900, 800)],
  ]);
  const statfs: Statfs = async (path) => held.get(path.toString()) ?? answer(900 + 4, 4);
  const reading = await readingOf(t, fixture('zfs/proc/self/mountinfo'), statfs);
  const pools = poolsOf(reading);
  t.equal(pools.size, 12, 'neither the snapshot nor the pool of a like name');
  t.same(new Set(pools.values()), new Set([1]));
  const found = raised(reading);
  t.same(
    found.map(({ object }) => object),
    ['/tank'],
  );
  t.match(wordsOf(found[0]), /shared with \/tank\/backup\/host01, .*host10 and \/tank\/backup\/host11$/);

  held.set('/tank/backup/host07', answer(50, 0));
  const quota = await readingOf(t, fixture('zfs/proc/self/mountinfo'), async (path) => {
    return held.get(path.toString()) ?? answer(1_400, 500);
  });
  t.same(
    raised(quota).map(({ object }) => object),
    ['/tank/backup/host07'],
    'one that is full by its own quota',
  );
});

t.test('the overlay of a container is full with the disk below it', async (t) => {
  const mountinfo = fixture('container/proc/self/mountinfo');
  const full = await readingOf(t, mountinfo, async () => answer(100, 2, 6_000));
  t.same(
    [...poolsOf(full)],
    [
      ['/', 1],
      ['/usr', 1],
    ],
  );
  t.equal(raised(full).length, 1);
  const apart = await readingOf(t, mountinfo, async (path) =>
    path.toString() === '/' ? answer(100, 2, 6_000) : answer(50, 1, 3_000),
  );
  t.same([...poolsOf(apart).values()], [null, null], 'another disk has other figures');
  t.equal(raised(apart).length, 2);
});

t.test('subvolumes of btrfs are named with the one that is measured', async (t) => {
  const reading = await readingOf(t, fixture('btrfs/proc/self/mountinfo'), async () => answer(100, 2));
  t.same([...poolsOf(reading).keys()], ['/mnt/root', '/mnt/root/home']);
  t.match(raised(reading).map(wordsOf), [/^\/ has/, /^\/mnt\/root has .*, shared with \/mnt\/root\/home$/]);
});

t.test('where nothing is shared, nothing is said', async (t) => {
  for (const origin of ['machine', 'lvm', 'nfs']) {
    const reading = await readingOf(t, fixture(`${origin}/proc/self/mountinfo`), async () => answer(100, 50));
    t.equal(poolsOf(reading).size, 0, origin);
  }
});

t.test('of very many subvolumes some are named, and the report still fits', async (t) => {
  const lines = Array.from(
    { length: 300 },
    (_, i) => `${i} 1 0:40 /v${i} /m${i} rw - btrfs /dev/sda2 rw,subvolid=${i},subvol=/v${i}`,
  );
  const reading = await readingOf(t, lines.join('\n'), async () => answer(100, 50));
  t.equal(poolsOf(reading).size, 65);
});
