import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { describe } from '../../../protocol/metric.ts';
import { type JournalSeriesOptions, openJournalSeries } from '../../../server/series/journal-series.ts';
import type { JournalBatch, SeriesStore, StoredReport } from '../../../server/series/series-store.ts';
import { someMetrics, storedReport } from '../../support/stored-report.ts';
import { tempDir } from '../../support/temp-dir.ts';

const START = Date.UTC(2026, 2, 1);

async function open(t: Test, options: Partial<JournalSeriesOptions> = {}) {
  const path = options.path ?? join(tempDir(t), 'series.db');
  const onFatal = (cause: Error) => t.fail(cause.message);
  const series = await openJournalSeries({ path, now: () => START, onFatal, ...options });
  t.teardown(() => series.close());
  return { series, path };
}

async function replayed(series: SeriesStore, after = 0): Promise<JournalBatch[]> {
  const batches: JournalBatch[] = [];
  for await (const batch of series.replay(after)) batches.push(batch);
  return batches;
}

t.test('reports come back as they were, across sets of metrics that change and a restart', async (t) => {
  const { series, path } = await open(t);
  const other = [describe('load.1')];
  const reports: StoredReport[] = [
    storedReport({ at: START }),
    storedReport({ at: START + 1, deviceId: 'd2', metrics: other, scaled: [25], backfill: true, clockOffsetMs: -9 }),
    storedReport({ at: START + 2, scaled: [null, null, null] }),
  ];
  t.equal(await series.append(reports), 1);
  t.equal(await series.append([storedReport({ at: START + 3, metrics: [...someMetrics] })]), 2);
  t.same(await replayed(series), [
    { position: 1, reports },
    { position: 2, reports: [storedReport({ at: START + 3 })] },
  ]);
  await series.close();
  const { series: again } = await open(t, { path });
  t.equal(await again.append([storedReport({ at: START + 4, metrics: [...other], scaled: [50] })]), 3);
  t.same((await replayed(again, 2))[0]?.reports[0]?.metrics, other);
  t.same((await again.latest()).map(({ deviceId, at }) => [deviceId, at - START]).sort(), [
    ['d1', 4],
    ['d2', 1],
  ]);
});

t.test('a long replay comes in pieces, in order, whole', async (t) => {
  const { series } = await open(t);
  for (let n = 1; n <= 120; n += 1) await series.append([storedReport({ at: START + n })]);
  t.same(
    (await replayed(series, 3)).map(({ position }) => position),
    Array.from({ length: 117 }, (_, n) => n + 4),
  );
});

t.test('a query reads a device, and the reading before the range for counters', async (t) => {
  const { series } = await open(t);
  const point = (atS: number, busy: number, bytes: number, deviceId = 'd1') =>
    storedReport({ at: START + atS * 1_000, deviceId, scaled: [busy, bytes, null] });
  await series.append([point(-10, 9_000, 0), point(0, 1_000, 100), point(10, 3_000, 300), point(10, 1, 1, 'd2')]);
  const metrics = ['cpu.busy', 'net.rxBytes[eth0]', 'fs.available[/]', 'load.1'];
  const results = await series.query({ deviceId: 'd1', metrics, fromMs: START, toMs: START + 30_000, stepMs: 10_000 });
  t.same(results, [
    { metric: 'cpu.busy', descriptor: someMetrics[0], values: [0.1, 0.3, null] },
    { metric: 'net.rxBytes[eth0]', descriptor: someMetrics[1], values: [10, 20, null] },
    { metric: 'fs.available[/]', descriptor: someMetrics[2], values: [null, null, null] },
  ]);
  await series.remove('d1');
  t.same(await series.query({ deviceId: 'd1', metrics, fromMs: START, toMs: START + 30_000, stepMs: 10_000 }), []);
});

t.test('a range with too many reports is refused with a sentence', async (t) => {
  const { series } = await open(t, { maxReportsPerQuery: 100 });
  await series.append(Array.from({ length: 101 }, (_, n) => storedReport({ at: START + n })));
  const request = { deviceId: 'd1', metrics: ['cpu.busy'], fromMs: START, toMs: START + 101, stepMs: 200 };
  await t.rejects(series.query(request), {
    code: 'range_too_large',
    message: 'The range holds more than 100 reports of this device. Narrow it.',
  });
  t.same((await series.query({ ...request, toMs: START + 100 }))[0]?.values, [0.5]);
});

t.test('an append that fails keeps nothing, and its new schemas come with the next one', async (t) => {
  const { series, path } = await open(t);
  const blocker = new DatabaseSync(path);
  blocker.exec("CREATE TRIGGER refuse BEFORE INSERT ON batch BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
  await t.rejects(series.append([storedReport({ at: START })]), {
    code: 'unavailable',
    message: 'refused by the test',
  });
  t.same(await replayed(series), []);
  t.same(series.queue(), { length: 0, limit: 50_000 });
  blocker.exec('DROP TRIGGER refuse');
  blocker.close();
  t.equal(await series.append([storedReport({ at: START + 1 })]), 1);
  const { series: again } = await open(t, { path });
  t.same((await replayed(again))[0]?.reports, [storedReport({ at: START + 1 })]);
});

t.test('what may wait is bounded', async (t) => {
  const { series } = await open(t);
  const many = new Array<StoredReport>(50_001).fill(storedReport({ at: START }));
  await t.rejects(series.append(many), { code: 'overloaded' });
  t.equal(await series.append(many.slice(0, 1)), 1);
});

t.test('tidying that fails refuses the commit instead of keeping what it refused', async (t) => {
  const { series, path } = await open(t);
  const blocker = new DatabaseSync(path);
  t.teardown(() => blocker.close());
  await series.append([storedReport({ at: START })]);
  // The clock stands, so only the first commit of a store tidies.
  await series.close();
  blocker.exec("INSERT INTO page VALUES ('old', 0, 0, 1, x'00')");
  blocker.exec("CREATE TRIGGER refuse BEFORE DELETE ON page BEGIN SELECT RAISE(ABORT, 'no tidying'); END");
  const { series: again } = await open(t, { path });
  await t.rejects(again.append([storedReport({ at: START + 1 })]), { message: 'no tidying' });
  t.equal((await replayed(again)).length, 1);
});

t.test('the death of the thread is fatal, once, and nothing hangs on it', async (t) => {
  const started = once(process, 'worker') as Promise<[Worker]>;
  const causes: string[] = [];
  const { series } = await open(t, { onFatal: (cause) => causes.push(cause.message) });
  const [worker] = await started;
  const appending = series.append([storedReport({ at: START })]);
  const ended = once(worker, 'exit');
  await worker.terminate();
  await t.rejects(appending, { message: 'The series thread ended.' });
  await ended;
  t.same(causes, ['The series thread ended.']);
  const failed = { code: 'unavailable', message: 'The series store has failed: The series thread ended.' };
  await t.rejects(series.append([storedReport({ at: START })]), failed);
  await t.rejects(series.latest(), failed);
  await series.close();
  t.equal(causes.length, 1);
});

t.test('a file that is no database is said to be damaged, by name', async (t) => {
  const path = join(tempDir(t), 'series.db');
  writeFileSync(path, 'x'.repeat(10_000));
  await t.rejects(openJournalSeries({ path, now: () => START, onFatal: () => t.fail('not fatal') }), {
    code: 'database_damaged',
    message: `The series database ${path} cannot be opened: file is not a database.`,
  });
});

t.test('closed: every call says so, closing again is nothing', async (t) => {
  const { series } = await open(t);
  await series.close();
  await series.close();
  const closed = { code: 'unavailable', message: 'The series store is closed.' };
  await t.rejects(series.append([storedReport({ at: START })]), closed);
  await t.rejects(series.latest(), closed);
  await t.rejects(replayed(series), closed);
  series.release(1);
});

t.test('a full disk: refused, nothing of it kept, and freed space is enough', async (t) => {
  const child = fileURLToPath(new URL('../../support/series-full-disk.ts', import.meta.url));
  const script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const output = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', tempDir(t), process.execPath, child], {
    encoding: 'utf8',
    timeout: 60_000,
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
