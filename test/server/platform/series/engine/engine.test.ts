import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { describe } from '../../../../../protocol/wire/metric.ts';
import { copyDatabase } from '../../../../../server/platform/files/copy-database.ts';
import { openReadable } from '../../../../../server/platform/files/readable-database.ts';
import { Engine } from '../../../../../server/platform/series/engine/engine.ts';
import { defaultRetention } from '../../../../../server/platform/series/series-options.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, replayed, START } from '../conformance.ts';

t.test('an append that fails keeps nothing, and its new names come with the next one', async (t) => {
  const { series, path } = await openTestSeries(t);
  await series.append([at(0)]);
  const blocker = new DatabaseSync(path);
  blocker.exec("CREATE TRIGGER refuse BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
  const refused = { code: 'unavailable', message: 'refused by the test' };
  await t.rejects(
    series.append([at(1), at(1, { deviceId: 'd2', metrics: [describe('load.1')], scaled: [3] })]),
    refused,
  );
  t.equal((await replayed(series)).length, 1);
  t.same(series.queue(), { length: 0, limit: 50_000 });
  blocker.exec('DROP TRIGGER refuse');
  blocker.close();
  const again = [at(2), at(2, { deviceId: 'd2', metrics: [describe('load.1')], scaled: [4] })];
  t.equal(await series.append(again), 2);
  await series.close();
  const { series: reopened } = await openTestSeries(t, { path });
  t.same((await replayed(reopened))[1]?.reports, again);
});

t.test('a report that cannot be told is refused, and what comes after it is whole', async (t) => {
  const { series } = await openTestSeries(t);
  await series.append([at(0)]);
  await t.rejects(series.append([at(1), at(2, { scaled: [0.5, 1, 1] })]));
  await t.rejects(series.append([at(1), at(2, { scaled: [1], metrics: at(0).metrics })]));
  await series.append([at(3)]);
  t.same(
    (await replayed(series)).map(({ reports }) => reports),
    [[at(0)], [at(3)]],
  );
});

t.test('work in the background that fails stops no commit, is told of, and is done later', async (t) => {
  const path = join(tempDir(t), 'series.db');
  let now = START;
  const notes: string[] = [];
  const { series } = await openTestSeries(t, { path, now: () => now, onNote: (sentence) => notes.push(sentence) });
  const blocker = new DatabaseSync(path);
  t.teardown(() => blocker.close());
  blocker.exec("CREATE TRIGGER refuse BEFORE INSERT ON raw BEGIN SELECT RAISE(ABORT, 'no sealing'); END");
  for (let n = 0; n < 250; n += 1) await series.append([at(n * 1_000)]);
  while (notes.length === 0) await series.usage();
  t.match(notes, [/will be tried again: no sealing/]);
  t.equal((await series.usage()).held.raw.blocks, 0);
  blocker.exec('DROP TRIGGER refuse');
  now = START + 300_000;
  await series.settle();
  t.match(await series.usage(), { openReports: 11, rawSamples: 239 * 3 });
  t.equal(notes.length, 1);
});

t.test('a full disk: refused, nothing of it kept, and freed space is enough', async (t) => {
  const child = fileURLToPath(new URL('../../../../support/series-full-disk.ts', import.meta.url));
  const script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const output = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', tempDir(t), process.execPath, child], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  t.same(JSON.parse(output), {
    before: 'position 1',
    full: 'unavailable',
    again: 'unavailable',
    keptAllBefore: true,
    afterwards: true,
    newest: [5_000],
    fatal: [],
  });
});

t.test('a copy is one moment of a store that goes on, and is opened like any other', async (t) => {
  const { series } = await openTestSeries(t);
  for (let n = 0; n < 200; n += 1) await series.append([at(n * 1_000)]);
  const copy = join(tempDir(t), 'copy.db');
  const kept = await replayed(series);
  const copying = series.backup(copy);
  const appending = Array.from({ length: 50 }, (_, n) => series.append([at(300_000 + n)]));
  const position = await copying;
  await Promise.all(appending);
  t.ok(position >= 200 && position <= 250, `position ${position}`);
  await series.append([at(400_000)]);
  const { series: restored } = await openTestSeries(t, { path: copy });
  const batches = await replayed(restored);
  t.equal(batches.at(-1)?.position, position);
  t.same(batches.slice(0, 200), kept);
  await t.rejects(series.backup(join(tempDir(t), 'no', 'such', 'folder')), { code: 'unavailable' });
});

t.test('a clock that was set back is followed: nothing waits until its time has come again', async (t) => {
  const retention = defaultRetention;
  const listener = { onDamage: () => undefined, onNote: (sentence: string) => t.fail(sentence) };
  const engine = new Engine({ path: join(tempDir(t), 'series.db'), retention, now: START }, listener, {
    openDatabase: openReadable,
    copyDatabase,
  });
  t.teardown(() => engine.close());
  const keptFrom = (now: number): number => {
    engine.tick({ now, expiryNow: null });
    return engine.source.heldFrom('raw') + retention.raw;
  };
  const HOUR = 3_600_000;
  t.equal(keptFrom(START + HOUR), START + HOUR);
  t.equal(keptFrom(START + HOUR - 5_000), START + HOUR, 'calls overtake one another');
  t.equal(keptFrom(START + 5_000), START + 5_000);
});
