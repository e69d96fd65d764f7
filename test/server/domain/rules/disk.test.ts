import t from 'tap';
import { diskInodes, diskReadOnly, diskSpace } from '../../../../server/domain/rules/disk.ts';
import { contextOf, disk, findingsOf, readingOf, type Values, wordsOf } from '../../../support/reading.ts';

/** `high raise 300000, medium hold 900000`: priority, signal and `for` of each level. */
function levels(rule: typeof diskSpace, values: Values): string {
  return findingsOf(rule, readingOf(0, values), contextOf())
    .map(({ priority, signal, timing }) => `${priority} ${signal} ${timing.forMs}`)
    .join(', ');
}

t.test('disk space: High below 5 % and 5 GB, Medium below 10 % and 20 GB, clear 3 points above', async (t) => {
  const f = (sizeGiB: number, availableGiB: number | null, high: string, medium: string) =>
    t.equal(
      levels(diskSpace, disk('/', sizeGiB, availableGiB)),
      `high ${high} 300000, medium ${medium} 900000`,
      `${availableGiB} of ${sizeGiB} GiB`,
    );
  // Small: the share decides.
  f(50, 2.4, 'raise', 'raise');
  f(50, 2.5, 'hold', 'raise');
  f(50, 3.9, 'hold', 'raise');
  f(50, 4, 'clear', 'raise');
  f(50, 4.9, 'clear', 'raise');
  f(50, 5, 'clear', 'hold');
  f(50, 6.4, 'clear', 'hold');
  f(50, 6.5, 'clear', 'clear');
  // Large: the amount decides, and its margin grows in proportion.
  f(10_000, 4.9, 'raise', 'raise');
  f(10_000, 5, 'hold', 'raise');
  f(10_000, 8, 'clear', 'raise');
  f(10_000, 19.9, 'clear', 'raise');
  f(10_000, 20, 'clear', 'hold');
  f(10_000, 25.9, 'clear', 'hold');
  f(10_000, 26, 'clear', 'clear');
  f(1, 0, 'raise', 'raise');
  f(1, 1, 'clear', 'clear');
});

t.test('disk space: what cannot be read or has no size is not judged', async (t) => {
  t.equal(levels(diskSpace, disk('/', 0, 0)), '');
  t.equal(levels(diskSpace, disk('/', 50, null)), '');
  t.equal(levels(diskSpace, { 'fs.available[/]': 0 }), '');
  t.equal(levels(diskSpace, { 'cpu.busy': 1 }), '');
});

t.test('disk space says what is left, of what, and which threshold', async (t) => {
  const [high] = findingsOf(diskSpace, readingOf(0, disk('/srv/data', 50, 2)), contextOf());
  t.match(high, {
    rule: 'disk.space',
    object: '/srv/data',
    standing: true,
    evidence: {
      metrics: ['fs.available[/srv/data]'],
      threshold: { metric: 'fs.available[/srv/data]', value: 2.5 * 1024 ** 3 },
    },
  });
  t.equal(wordsOf(high), '/srv/data has 2.0 GB left of 50.0 GB (4.0% free, below 2.5 GB for 5 min)');
});

t.test('inodes: the same shares, without amounts', async (t) => {
  const f = (inodes: number, free: number | null, high: string, medium: string) =>
    t.equal(
      levels(diskInodes, { 'fs.inodes[/]': inodes, 'fs.inodesFree[/]': free }),
      `high ${high} 300000, medium ${medium} 900000`,
    );
  f(1_000_000, 49_999, 'raise', 'raise');
  f(1_000_000, 50_000, 'hold', 'raise');
  f(1_000_000, 80_000, 'clear', 'raise');
  f(1_000_000, 99_999, 'clear', 'raise');
  f(1_000_000, 100_000, 'clear', 'hold');
  f(1_000_000, 130_000, 'clear', 'clear');
  t.equal(levels(diskInodes, { 'fs.inodes[/]': 0, 'fs.inodesFree[/]': 0 }), '', 'btrfs has no fixed number');
  t.equal(levels(diskInodes, { 'fs.inodes[/]': 1_000, 'fs.inodesFree[/]': null }), '');
  const [high] = findingsOf(
    diskInodes,
    readingOf(0, { 'fs.inodes[/]': 1_000_000, 'fs.inodesFree[/]': 1_234 }),
    contextOf(),
  );
  t.equal(
    wordsOf(high),
    '/ has 1,234 of 1,000,000 inodes left (0.1%): new files will soon fail although space is free',
  );
  t.same(high!.evidence.threshold, { metric: 'fs.inodesFree[/]', value: 50_000 });
});

t.test('a read-only file system is High at once', async (t) => {
  t.equal(levels(diskReadOnly, { 'fs.readOnly[/]': 1 }), 'high raise 0');
  t.equal(levels(diskReadOnly, { 'fs.readOnly[/]': 0 }), 'high clear 0');
  t.equal(levels(diskReadOnly, { 'fs.readOnly[/]': null }), '');
  t.equal(levels(diskReadOnly, {}), '');
  const [finding] = findingsOf(diskReadOnly, readingOf(0, { 'fs.readOnly[/var]': 1 }), contextOf());
  t.equal(wordsOf(finding), '/var is read-only: nothing can be written to it, often after a disk error');
});
