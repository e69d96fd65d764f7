import type { Test } from 'tap';
import { describe } from '../../../../protocol/wire/metric.ts';
import type { JournalBatch, SeriesStore, StoredReport } from '../../../../server/platform/series/series-store.ts';
import { someMetrics, someRun, storedReport } from '../../../support/stored-report.ts';

export const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A store under test whose clock the test moves, and which can be opened again on what it has kept. */
export interface StoreUnderTest {
  series: SeriesStore;
  /** Moves the time on, ms since {@link START}, and waits until nothing is left to do in the background. */
  settleAt(ms: number): Promise<void>;
  reopen(): Promise<void>;
}

export type Factory = (t: Test) => Promise<StoreUnderTest>;

export async function replayed(series: SeriesStore, after = 0): Promise<JournalBatch[]> {
  const batches: JournalBatch[] = [];
  for await (const batch of series.replay(after)) batches.push(batch);
  return batches;
}

const positions = async (series: SeriesStore, after = 0): Promise<number[]> =>
  (await replayed(series, after)).map(({ position }) => position);

/** A report `ms` after {@link START}, whose number in its run is its time. */
export const at = (ms: number, over: Partial<StoredReport> = {}): StoredReport =>
  storedReport({ at: START + ms, sequence: ms + 1, ...over });

/** When a device has reports in a range, ms since {@link START}: every report has a value of its own. */
async function times(series: SeriesStore, deviceId: string, fromMs: number, toMs: number, stepMs: number) {
  const request = { deviceId, metrics: ['fs.available[/]'], fromMs: START + fromMs, toMs: START + toMs, stepMs };
  const [result] = await series.query({ ...request, aggregation: 'last' });
  return (result?.values ?? []).flatMap((value, step) => (value === null ? [] : [fromMs + step * stepMs]));
}

/** What every store of series must do. */
export function conformance(t: Test, factory: Factory): void {
  t.test('reports come back as they were, across sets of metrics that change and a restart', async (t) => {
    const store = await factory(t);
    const other = [describe('load.1')];
    const reports: StoredReport[] = [
      at(0),
      at(1, { deviceId: 'd2', metrics: other, scaled: [25], backfill: true, clockOffsetMs: -9 }),
      at(2, { scaled: [null, null, null] }),
      at(3, { scaled: [2 ** 52 - 1, -(2 ** 51), 0], sequence: Number.MAX_SAFE_INTEGER, bootId: 'another boot' }),
      at(4, { runId: '0123456789abcdef'.repeat(2), bootId: '', receivedAt: 0, at: 0 }),
    ];
    t.equal(await store.series.append(reports), 1);
    t.equal(await store.series.append([at(5, { metrics: [...someMetrics] })]), 2);
    const want = [
      { position: 1, reports },
      { position: 2, reports: [at(5)] },
    ];
    t.same(await replayed(store.series), want);
    await store.reopen();
    t.same(await replayed(store.series), want);
    t.equal(await store.series.append([at(6, { metrics: [...other], scaled: [50] })]), 3);
    t.same((await replayed(store.series, 2))[0]?.reports[0]?.metrics, other);
    t.same((await store.series.latest()).map((report) => [report.deviceId, report.at - START]).sort(), [
      ['d1', 6],
      ['d2', 1],
    ]);
  });

  t.test('calls that overlap are committed one after the other, in their order', async (t) => {
    const { series } = await factory(t);
    const appended = Array.from({ length: 30 }, (_, n) => series.append([at(n), at(n, { deviceId: 'd2' })]));
    t.same(
      await Promise.all(appended),
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
    t.same(
      (await replayed(series)).map(({ reports }) => reports.map((report) => report.at - START)),
      Array.from({ length: 30 }, (_, n) => [n, n]),
    );
  });

  t.test('a long replay comes in pieces, in order, whole', async (t) => {
    const store = await factory(t);
    for (let n = 1; n <= 130; n += 1) await store.series.append([at(n)]);
    const want = Array.from({ length: 127 }, (_, n) => n + 4);
    t.same(await positions(store.series, 3), want);
    await store.reopen();
    t.same(await positions(store.series, 3), want);
    t.same(await positions(store.series, 130), []);
  });

  t.test('a query reads a device, and the reading before the range for counters', async (t) => {
    const { series } = await factory(t);
    const point = (atS: number, busy: number, bytes: number, deviceId = 'd1') =>
      at(atS * 1_000, { deviceId, sequence: atS + 100, scaled: [busy, bytes, null] });
    await series.append([point(-10, 9_000, 0), point(0, 1_000, 100), point(10, 3_000, 300), point(10, 1, 1, 'd2')]);
    const metrics = ['cpu.busy', 'net.rxBytes[eth0]', 'load.1'];
    const request = { deviceId: 'd1', metrics, fromMs: START, toMs: START + 30_000, stepMs: 10_000 };
    t.match(await series.query(request), [
      {
        metric: 'cpu.busy',
        descriptor: someMetrics[0],
        aggregation: 'mean',
        resolution: 'raw',
        values: [0.1, 0.3, null],
      },
      { metric: 'net.rxBytes[eth0]', descriptor: someMetrics[1], aggregation: 'rate', values: [10, 20, null] },
    ]);
    t.same(await series.query({ ...request, deviceId: 'unheard of' }), []);
  });

  t.test('every report is readable exactly once all the time, while it moves from place to place', async (t) => {
    const store = await factory(t);
    const want: number[] = [];
    for (let n = 0; n < 400; n += 1) {
      const ms = n * 10_000;
      const position = await store.series.append([at(ms)]);
      want.push(ms);
      if (n % 7 === 0) store.series.release(position);
      if (n % 50 === 0) await store.reopen();
      if (n % 41 === 0) await store.settleAt(ms);
      if (n % 83 === 0) t.same(await times(store.series, 'd1', 0, 4_000_000, 10_000), want);
    }
    t.same(await times(store.series, 'd1', 0, 4_000_000, 10_000), want);
  });

  t.test('late reports are found by their own time', async (t) => {
    const store = await factory(t);
    for (let n = 0; n < 200; n += 1) await store.series.append([at(HOUR + n * 10_000)]);
    await store.settleAt(2 * HOUR);
    // The backlog of an hour ago arrives bit by bit.
    for (let n = 0; n < 30; n += 1) await store.series.append([at(n * 10_000, { backfill: true })]);
    await store.reopen();
    t.same(
      await times(store.series, 'd1', 0, 300_000, 10_000),
      Array.from({ length: 30 }, (_, n) => n * 10_000),
    );
    t.same(await times(store.series, 'd1', HOUR + 10_000, HOUR + 30_000, 10_000), [HOUR + 10_000, HOUR + 20_000]);
    t.same(await times(store.series, 'd2', 0, 300_000, 10_000), []);
  });

  t.test('the newest report of each device, wherever it is kept', async (t) => {
    const store = await factory(t);
    t.same(await store.series.latest(), []);
    for (let n = 0; n < 130; n += 1) await store.series.append([at(n * 10_000)]);
    await store.settleAt(HOUR);
    const late = at(5_000, { backfill: true });
    await store.series.append([late, at(HOUR, { deviceId: 'd2' })]);
    for (const moment of ['open', 'reopened', 'sealed']) {
      if (moment === 'reopened') await store.reopen();
      if (moment === 'sealed') await store.settleAt(2 * HOUR);
      const newest = (await store.series.latest()).sort((a, b) => a.deviceId.localeCompare(b.deviceId));
      t.same(newest, [at(1_290_000), at(HOUR, { deviceId: 'd2' })], moment);
    }
  });

  t.test(
    'a batch that a start may still replay stays, and goes when it is released and readable elsewhere',
    async (t) => {
      const store = await factory(t);
      for (let n = 0; n < 150; n += 1) await store.series.append([at(n * 10_000)]);
      await store.settleAt(2 * HOUR);
      t.equal((await positions(store.series)).length, 150, 'nothing is released yet');
      const all = await replayed(store.series);
      store.series.release(100);
      await store.settleAt(2 * HOUR + MINUTE);
      t.same(await replayed(store.series, 100), all.slice(100), 'what comes after can be read');
      store.series.release(1);
      store.series.release(150);
      // An answer says where the last chain has ended; then it is sealed.
      await store.series.append([at(2 * HOUR, { deviceId: 'd2' })]);
      await store.settleAt(2 * HOUR + 2 * MINUTE);
      await store.settleAt(2 * HOUR + 3 * MINUTE);
      t.same(await positions(store.series), [151], 'what is open has no other copy');
      t.equal((await times(store.series, 'd1', 0, HOUR, 10_000)).length, 150);
    },
  );

  t.test('positions are never used again, even when nothing is left', async (t) => {
    const store = await factory(t);
    for (let n = 0; n < 4; n += 1) await store.series.append([at(n)]);
    await store.series.remove('d1');
    store.series.release(4);
    await store.settleAt(MINUTE);
    t.same(await positions(store.series), []);
    await store.reopen();
    t.equal(await store.series.append([at(9)]), 5);
  });

  t.test('what may wait is bounded', async (t) => {
    const { series } = await factory(t);
    const { limit } = series.queue();
    const many = new Array<StoredReport>(limit + 1).fill(at(0));
    await t.rejects(series.append(many), { code: 'overloaded' });
    t.same(series.queue(), { length: 0, limit });
    t.equal(await series.append(many.slice(0, 1)), 1);
  });

  t.test('a removed device is out of reach at once, for good, and its neighbours stay', async (t) => {
    const store = await factory(t);
    for (let n = 0; n < 150; n += 1) await store.series.append([at(n * 10_000), at(n * 10_000, { deviceId: 'd2' })]);
    await store.settleAt(HOUR);
    await store.series.remove('d1');
    await store.series.remove('never heard of');
    for (const moment of ['at once', 'after a restart', 'later']) {
      if (moment === 'after a restart') await store.reopen();
      if (moment === 'later') await store.settleAt(2 * HOUR);
      t.same(await times(store.series, 'd1', 0, HOUR, 10_000), [], moment);
      t.equal((await times(store.series, 'd2', 0, HOUR, 10_000)).length, 150, moment);
      t.same(
        (await store.series.latest()).map(({ deviceId }) => deviceId),
        ['d2'],
        moment,
      );
    }
    await store.series.append([at(HOUR)]);
    t.same(await times(store.series, 'd1', 0, 2 * HOUR, 10_000), [HOUR], 'and may begin anew');
  });

  t.test('what comes twice counts once', async (t) => {
    const store = await factory(t);
    const point = (n: number) => at(n * 10_000, { scaled: [n * 100, n, n] });
    for (let n = 0; n < 60; n += 1) await store.series.append([point(n), point(n)]);
    const request = { deviceId: 'd1', metrics: ['cpu.busy'], fromMs: START, toMs: START + 600_000, stepMs: 600_000 };
    const [before] = await store.series.query(request);
    t.equal(before?.values[0], 0.295);
    await store.settleAt(2 * HOUR);
    await store.series.append([at(2 * HOUR)]);
    await store.settleAt(3 * HOUR);
    t.same((await store.series.query(request))[0]?.values, before?.values);
  });

  t.test('closed: every call says so, closing again is nothing', async (t) => {
    const { series } = await factory(t);
    await series.close();
    await series.close();
    const closed = { code: 'unavailable', message: 'The series store is closed.' };
    await t.rejects(series.append([at(0)]), closed);
    await t.rejects(series.latest(), closed);
    await t.rejects(replayed(series), closed);
    series.release(1);
  });

  t.test('a run is told by its id, whoever it belonged to', async (t) => {
    const store = await factory(t);
    const other = 'cd'.repeat(16);
    await store.series.append([at(0), at(1, { runId: other }), at(2, { runId: someRun })]);
    const [batch] = await replayed(store.series);
    t.same(
      batch?.reports.map(({ runId }) => runId),
      [someRun, other, someRun],
    );
  });
}
