import t from 'tap';
import { borgIn } from '../../../../../agent/tasks/recovery/borg/parse.ts';
import { conforms, printed } from '../conformance.ts';

const of = (file: string): string => printed('borg-1.2.4', file);
const borg = borgIn('UTC');
const archives = of('list.json');

conforms({
  source: borg,
  empty: of('list-empty.json'),
  listing: archives,
  pointIds: (JSON.parse(archives) as { archives: { id: string }[] }).archives.map(({ id }) => id),
  many: (count) =>
    JSON.stringify({
      archives: Array.from({ length: count }, (_, n) => ({
        id: n.toString(16).padStart(64, '0'),
        name: `files-${n}`,
        start: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString().slice(0, -1),
      })),
    }),
  one: (id, start) => JSON.stringify({ archives: [{ id, name: 'files', start }] }),
  runs: [of('create.json'), of('create-new-york.json'), of('create-warning.json')],
  unended: '',
  faults: [
    ['a wrong password', 2, of('wrong-password.err'), 'wrong_password'],
    ['no repository', 2, of('missing.err'), 'repository_missing'],
    ['held by another process', 2, of('locked.err'), 'repository_locked'],
    ['a byte that was flipped', 2, of('check-damaged.txt'), 'repository_damaged'],
    ['a warning is no fault of the source', 1, of('create-warning.err'), null],
    ['nor one with a code of its own', 105, of('create-warning.err'), null],
    ['the code of a newer version', 13, '', 'repository_missing'],
    ['of a full disk', 14, '', 'repository_full'],
    ['of a password', 52, '', 'wrong_password'],
    ['of a lock', 73, '', 'repository_locked'],
  ],
});

t.test('what has no zone is of the zone in which Borg ran', async (t) => {
  t.equal(borg.readRun(of('create.json'))?.startedAt, Date.parse('2026-12-01T16:38:20Z'));
  t.equal(
    borgIn('America/New_York').readRun(of('create-new-york.json'))?.startedAt,
    Date.parse('2026-12-01T16:38:22Z'),
  );
  const start = (time: string, zone: string) =>
    borgIn(zone).readListing(JSON.stringify({ archives: [{ id: 'a', name: 'a', start: time }] })).points[0]?.startedAt;
  t.equal(start('2026-12-01T11:38:22.000000-05:00', 'UTC'), Date.parse('2026-12-01T16:38:22Z'), 'unless it says one');
  t.equal(
    start('2026-03-08T02:30:00.000000', 'America/New_York'),
    Date.parse('2026-03-08T07:30:00Z'),
    'a time that is skipped',
  );
});

t.test('archives with their ends and sizes', async (t) => {
  const [first, second] = borg.readListing(of('info-archives.json')).points;
  t.match(first, {
    startedAt: Date.parse('2026-12-01T16:38:20Z'),
    finishedAt: Date.parse('2026-12-01T16:38:20Z'),
    sizeBytes: 300_012,
    hostname: 'vm',
  });
  t.equal(second?.startedAt, Date.parse('2026-12-01T16:38:22Z'), 'also of the one that was made in New York');
  t.match(borg.readListing(archives).points[0], { finishedAt: null, sizeBytes: null }, 'a list has neither');
});

t.test('a checkpoint is no backup', async (t) => {
  const { points, refused } = borg.readListing(of('list-checkpoint.json'));
  t.equal(points.length, 3);
  t.match(refused, [{ id: /^c94194df/, why: 'checkpoint' }]);
  const f = (name: string, want: number) => {
    const one = JSON.stringify({ archives: [{ id: 'a', name, start: '2026-12-01T16:38:20.000000' }] });
    t.equal(borg.readListing(one).points.length, want, name);
  };
  f('files.checkpoint', 0);
  f('files.checkpoint.12', 0);
  f('files.checkpoint.of-may', 1);
  f('checkpoint', 1);
});

t.test('what a run says', async (t) => {
  t.match(borg.readRun(of('create.json')), { pointId: /^701466d1/, sizeBytes: 300_516, durationMs: 68 });
  t.match(borg.readRun(of('create-warning.json')), { sizeBytes: 506 }, 'one with a warning is a run like any other');
  t.throws(() => borg.readRun('{"archive":{"id":"a"}}'), { name: 'SourceError', fault: 'unknown_version' });
  t.throws(() => borg.readRun('{}'), { name: 'SourceError', fault: 'unknown_version' });
  t.throws(() => borg.readRun(of('create.json').slice(0, 500)), { name: 'SourceError', fault: 'unreadable' });
});
