import fc from 'fast-check';
import t from 'tap';
import {
  type Completeness,
  EARLIEST_MS,
  isProven,
  mergePoints,
  type RecoveryPoint,
  refusalOf,
} from '../../../../server/domain/recovery/point.ts';
import { judgeRun } from '../../../../server/domain/recovery/run.ts';
import { holds } from '../../../support/property.ts';
import { anyPoint, BASE, point } from '../../../support/recovery.ts';

t.test('which points count for nothing', async (t) => {
  const f = (what: string, over: Partial<RecoveryPoint>, want: string | null) =>
    t.equal(refusalOf(point({ startedAt: BASE, ...over })), want, what);
  f('a whole one', {}, null);
  f('one that was merely seen may be whole', { completeness: 'seen', finishedAt: null, seenAt: BASE }, null);
  f('its run says that something is missing', { completeness: 'failed' }, 'failed');
  f('1970', { startedAt: 0, finishedAt: 0 }, 'undated');
  f('1980, as a machine without a battery has it', { startedAt: Date.UTC(1980, 0, 1) }, 'undated');
  f('the last ms of 1999', { startedAt: EARLIEST_MS - 1 }, 'undated');
  f('the first of 2000', { startedAt: EARLIEST_MS }, null);
  f('no date at all', { startedAt: Number.NaN }, 'undated');
  f('seen at no time', { seenAt: Number.POSITIVE_INFINITY }, 'undated');
  f('seen in the ms in which it began', { seenAt: BASE }, null);
  f('seen a ms before it began', { seenAt: BASE - 1 }, 'future');
  f('ended before it began', { finishedAt: BASE - 1, seenAt: BASE }, 'backwards');
  f('ended at no time', { finishedAt: Number.NaN, seenAt: BASE }, 'backwards');
});

t.test('what is known to be whole', async (t) => {
  const f = (completeness: Completeness, verifiedAt: number | null, want: boolean) =>
    t.equal(isProven(point({ startedAt: BASE, completeness, verifiedAt })), want, `${completeness} ${verifiedAt}`);
  f('complete', null, true);
  f('seen', null, false);
  f('seen', BASE + 1, true);
  f('unknown', BASE + 1, false);
  f('failed', BASE + 1, false);
});

t.test('what is told of one point twice is one point', async (t) => {
  const listed = point({ startedAt: BASE, finishedAt: null, seenAt: BASE + 60, completeness: 'seen' }, 'a');
  const ended = point({ startedAt: BASE, finishedAt: BASE + 40, seenAt: BASE + 41, sizeBytes: 2_000 }, 'a');
  const checked = { ...listed, verifiedAt: BASE + 500, seenAt: BASE + 500 };
  const want = { ...ended, seenAt: BASE + 41, verifiedAt: BASE + 500 };
  t.same(mergePoints([checked, listed, ended, listed]), [want]);
  t.same(mergePoints([ended, checked, listed]), [want]);
  const incomplete = { ...ended, completeness: 'failed' as const };
  t.equal(mergePoints([incomplete, checked])[0]?.completeness, 'failed', 'a check does not bring back what is missing');
  const growing = { ...listed, seenAt: BASE + 5 };
  t.equal(refusalOf(mergePoints([growing, ended])[0] as RecoveryPoint), null, 'seen while it still ran');
});

t.test('what was in the future when it came stays out when its day has come', async (t) => {
  const ahead = point({ startedAt: BASE + 1_000, seenAt: BASE }, 'a');
  const [merged] = mergePoints([ahead, { ...ahead, seenAt: BASE + 2_000 }]);
  t.equal(refusalOf(merged as RecoveryPoint), 'future');
});

t.test('reports may come in any order and any number', async (t) => {
  const reports = fc.array(
    fc
      .tuple(anyPoint(20), fc.nat(3), fc.constantFrom(null, 'x', 'y'), fc.constantFrom('full', 'log'))
      .map(([one, id, follows, kind]) => ({ ...one, id: `p${id}`, follows, kind }) as RecoveryPoint),
    { maxLength: 6 },
  );
  holds(
    t,
    fc.property(reports, fc.nat(1_000), (all, seed) => {
      const other = [...all, ...all].map((one, index) => ({ one, key: (index * 7_919 + seed) % 13 }));
      const shuffled = other.sort((a, b) => a.key - b.key).map(({ one }) => one);
      const told = (some: RecoveryPoint[]): string =>
        JSON.stringify(mergePoints(some).map((one) => Object.entries(one).sort()));
      return told(all) === told(shuffled);
    }),
  );
});

t.test('what a run says of how it ended', async (t) => {
  const f = (tool: 'restic' | 'borg' | 'command', exitCode: number | null, want: string, fault: string | null = null) =>
    t.match(judgeRun({ tool, exitCode }), { completeness: want, fault }, `${tool} ${exitCode}`);
  f('restic', 0, 'complete');
  f('restic', 1, 'failed', 'failed');
  f('restic', 3, 'failed', 'failed');
  f('restic', 10, 'failed', 'repository_missing');
  f('restic', 11, 'failed', 'repository_locked');
  f('restic', 12, 'failed', 'wrong_password');
  f('restic', 99, 'failed', 'failed');
  f('restic', null, 'failed', 'failed');
  f('borg', 0, 'complete');
  f('borg', 1, 'unknown');
  f('borg', 2, 'failed', 'failed');
  f('borg', 14, 'failed', 'repository_full');
  f('borg', 100, 'unknown');
  f('borg', 127, 'unknown');
  f('borg', 128, 'failed', 'failed');
  f('borg', 73, 'failed', 'repository_locked');
  f('command', 0, 'complete');
  f('command', 1, 'failed', 'failed');
  t.match(judgeRun({ tool: 'veeam', result: 'Success' }), { completeness: 'complete', hasNote: false });
  t.match(judgeRun({ tool: 'veeam', result: 'Warning' }), { completeness: 'complete', hasNote: true });
  t.match(judgeRun({ tool: 'veeam', result: 'Failed' }), { completeness: 'failed' });
});
