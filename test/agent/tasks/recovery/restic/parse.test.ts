import t from 'tap';
import { readRestoreSize, restic } from '../../../../../agent/tasks/recovery/restic/parse.ts';
import { conforms, printed } from '../conformance.ts';

const of = (file: string): string => printed('restic-0.14.0', file);
const snapshots = of('snapshots.json');

conforms({
  source: restic,
  empty: of('snapshots-empty.json'),
  listing: snapshots,
  pointIds: (JSON.parse(snapshots) as { id: string }[]).map(({ id }) => id),
  many: (count) =>
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({
        time: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
        id: n.toString(16).padStart(64, '0'),
        hostname: 'files',
        paths: ['/srv'],
      })),
    ),
  one: (id, time) => JSON.stringify([{ id, time }]),
  runs: [of('backup.jsonl'), of('backup-incomplete.jsonl')],
  unended: of('backup-killed.jsonl'),
  faults: [
    ['a wrong password', 1, of('wrong-password.err'), 'wrong_password'],
    ['no repository', 1, of('missing.err'), 'repository_missing'],
    ['a lock that was left behind', 1, of('locked.err'), 'repository_locked'],
    ['a check that went well', 0, of('check.txt'), null],
    ['a byte that was flipped', 1, of('check-damaged.txt'), 'repository_damaged'],
    ['a pack that is gone', 1, of('check-missing.txt'), 'repository_damaged'],
    ['a file that could not be read', 3, of('backup-incomplete.err'), 'failed'],
    ['the code of a newer version', 10, '', 'repository_missing'],
    ['of a lock', 11, '', 'repository_locked'],
    ['of a password', 12, '', 'wrong_password'],
  ],
});

t.test('a snapshot says whose it is and when it began, also from another zone', async (t) => {
  const [first, second] = restic.readListing(snapshots).points;
  t.match(first, {
    startedAt: Date.parse('2026-12-01T16:37:52.922Z'),
    finishedAt: null,
    sizeBytes: null,
    hostname: 'files',
    paths: ['/tmp/fx/src'],
  });
  t.equal(second?.startedAt, Date.parse('2026-12-01T16:37:53.962Z'), 'it ran in New York');
});

t.test('a newer version says in the listing when it ended, and how large it was', async (t) => {
  const time = '2026-12-01T16:00:00Z';
  const summary = { backup_start: time, backup_end: '2026-12-01T16:40:00.5Z', total_bytes_processed: 12 };
  const { points } = restic.readListing(JSON.stringify([{ id: 'a', time, summary }]));
  t.match(points, [{ finishedAt: Date.parse('2026-12-01T16:40:00.5Z'), sizeBytes: 12 }]);
  t.same(restic.readListing('null'), { points: [], refused: [], leftOut: 0 }, 'an empty one may be null');
});

t.test('what a run says', async (t) => {
  const run = { pointId: 'f41b6361', startedAt: null, finishedAt: null, durationMs: 297, sizeBytes: 300_007 };
  t.same(restic.readRun(of('backup.jsonl')), run);
  t.ok(
    restic.readListing(snapshots).points.some(({ id }) => id.startsWith('f41b6361')),
    'the listing has it in full',
  );
  t.match(restic.readRun(of('backup-incomplete.jsonl')), { sizeBytes: 2 }, 'an incomplete one has a summary too');
  const summary = (fields: object): string => JSON.stringify({ message_type: 'summary', ...fields });
  t.equal(
    restic.readRun(summary({ total_bytes_processed: 1, total_duration: 1 }))?.pointId,
    null,
    'a dry run leaves nothing',
  );
  t.throws(() => restic.readRun(summary({ total_duration: 1 })), { name: 'SourceError', fault: 'unknown_version' });
  t.equal(restic.readRun(JSON.stringify({ message_type: 'status', of: { 'a "summary"': 1 } })), null);
  t.throws(() => restic.readRun('"summary" }'), { name: 'SourceError', fault: 'unreadable' });
});

t.test('one entry of another form does not hide the others', async (t) => {
  const mixed = JSON.stringify([{ id: 'a', time: '2026-12-01T16:00:00Z' }, 7, { id: 'b' }, { id: 'c', time: 'x' }]);
  const { points, refused } = restic.readListing(mixed);
  t.same(
    points.map(({ id }) => id),
    ['a'],
  );
  t.same(refused, [
    { id: null, why: 'malformed' },
    { id: 'b', why: 'malformed' },
    { id: 'c', why: 'undated' },
  ]);
});

t.test('names are kept within bounds', async (t) => {
  const long = {
    id: 'a',
    time: '2026-12-01T16:00:00Z',
    hostname: 'h'.repeat(9_999),
    paths: Array(99).fill('p'.repeat(9_999)),
  };
  const [point] = restic.readListing(JSON.stringify([long])).points;
  t.equal(point?.hostname?.length, 1_024);
  t.equal(point?.paths.length, 32);
  const own = restic.readListing(JSON.stringify([{ ...long, hostname: 5, paths: '/srv' }])).points;
  t.match(own, [{ hostname: null, paths: [] }]);
  t.throws(() => restic.readListing(JSON.stringify([{ ...long, id: 'i'.repeat(257) }])), {
    name: 'SourceError',
    fault: 'unknown_version',
  });
});

t.test('what there is to restore', async (t) => {
  t.equal(readRestoreSize(of('stats.json')), 900_031);
  t.throws(() => readRestoreSize('{"total_size":-1}'), { name: 'SourceError', fault: 'unknown_version' });
  t.throws(() => readRestoreSize('[]'), { name: 'SourceError', fault: 'unknown_version' });
  t.throws(() => readRestoreSize('{"total_size":'), { name: 'SourceError', fault: 'unreadable' });
});
