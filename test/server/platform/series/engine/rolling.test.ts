import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { openBuckets } from '../../../../../server/platform/series/block/rollup-block.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, START } from '../conformance.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function setUp(t: Test) {
  const path = join(tempDir(t), 'series.db');
  let now = START;
  const opened = async () => (await openTestSeries(t, { path, now: () => now })).series;
  let series = await opened();
  return {
    get series() {
      return series;
    },
    async reopen() {
      await series.close();
      series = await opened();
    },
    /** Time goes on, and everything that is due is done, twice: what is sealed in the first turn can go in the second. */
    async settleAt(ms: number) {
      now = START + ms;
      await series.settle();
      await series.settle();
    },
    /** Reports of a table by the start of their bucket, ms since START. */
    reports(table: 'five_minute' | 'hour'): Record<number, number> {
      const db = new DatabaseSync(path, { readOnly: true });
      const counts: Record<number, number> = {};
      for (const row of db.prepare(`SELECT data FROM ${table}`).all()) {
        const { start, reports } = openBuckets(row.data as Uint8Array).buckets();
        for (const [index, bucket] of start.entries()) counts[bucket - START] = reports[index] ?? 0;
      }
      db.close();
      return counts;
    },
  };
}

const minutely = (fromMinute: number, count: number, over = {}) =>
  Array.from({ length: count }, (_, n) => at((fromMinute + n) * MINUTE, { scaled: [n % 7, n * 60, 4_096], ...over }));
const sum = (counts: Record<number, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

t.test('hours are rolled up after they ended, and their day as hours after it ended', async (t) => {
  const store = await setUp(t);
  await store.series.append(minutely(0, 90));
  // Five minutes for what is on its way, and one for the number of the host.
  await store.settleAt(HOUR + 6 * MINUTE - 1);
  t.same(store.reports('five_minute'), {});
  await store.settleAt(HOUR + 6 * MINUTE);
  t.same(store.reports('five_minute'), Object.fromEntries(Array.from({ length: 12 }, (_, n) => [n * 5 * MINUTE, 5])));
  await store.settleAt(DAY - MINUTE);
  t.equal(sum(store.reports('five_minute')), 90);
  t.same(store.reports('hour'), {});
  await store.settleAt(DAY + 2 * HOUR);
  t.same(store.reports('hour'), { 0: 60, [HOUR]: 30 });
  const request = { deviceId: 'd1', metrics: ['net.rxBytes[eth0]'], fromMs: START, toMs: START + HOUR, stepMs: HOUR };
  t.match(await store.series.query(request), [{ resolution: 'hour', aggregation: 'rate', values: [1] }]);
});

t.test('reports that come late are rolled up again, once, also across a restart', async (t) => {
  const store = await setUp(t);
  await store.series.append(minutely(0, 30));
  await store.settleAt(DAY + 3 * HOUR);
  t.same(store.reports('hour'), { 0: 30 });
  await store.series.append(minutely(30, 30, { backfill: true }));
  await store.reopen();
  await store.settleAt(DAY + 3 * HOUR + 6 * MINUTE);
  t.equal(sum(store.reports('five_minute')), 60);
  t.same(store.reports('hour'), { 0: 60 });
  for (let round = 7; round < 9; round += 1) {
    await store.reopen();
    await store.settleAt(DAY + 3 * HOUR + round * HOUR);
    t.same(store.reports('hour'), { 0: 60 }, 'and no more');
  }
});

t.test('each resolution goes when its time is over, and its room is used again', async (t) => {
  const store = await setUp(t);
  for (let day = 0; day < 3; day += 1) {
    await store.settleAt(day * DAY);
    await store.series.append(minutely(day * 1_440, 300));
  }
  await store.settleAt(4 * DAY);
  // The chains end with the next answer.
  await store.series.append([at(4 * DAY, { deviceId: 'd2' })]);
  await store.settleAt(4 * DAY + HOUR);
  const { held } = await store.series.usage();
  t.ok(held.raw.blocks >= 6);
  t.same([held.fiveMinute.blocks, held.hour.blocks], [3, 1]);
  await store.settleAt(15 * DAY + 6 * HOUR);
  const raw = (await store.series.usage()).held.raw;
  t.ok(raw.blocks > 0 && raw.blocks < held.raw.blocks, 'the first two days are gone');
  await store.settleAt(30 * DAY);
  t.match(await store.series.usage(), { openReports: 1, rawSamples: 0, held: { fiveMinute: { blocks: 4 } } });
  await store.settleAt(500 * DAY);
  t.match((await store.series.usage()).held, { raw: { bytes: 0, blocks: 0 }, fiveMinute: { bytes: 0, blocks: 0 } });
  t.equal(sum(store.reports('hour')), 901, 'hours remain');
  await store.settleAt(2_000 * DAY);
  t.match((await store.series.usage()).held.hour, { bytes: 0, blocks: 0 });
});

t.test('what comes when its time is past is added to the roll-ups exactly once', async (t) => {
  const store = await setUp(t);
  await store.series.append(minutely(0, 30));
  await store.settleAt(20 * DAY);
  t.equal(sum(store.reports('hour')), 30);
  await store.series.append(minutely(30, 150, { backfill: true }));
  await store.series.append([at(20 * DAY)]);
  for (const round of [1, 2, 3]) {
    await store.reopen();
    await store.settleAt(20 * DAY + round * 20 * MINUTE);
    await store.series.append([at(20 * DAY + round * 20 * MINUTE)]);
  }
  await store.settleAt(20 * DAY + 3 * HOUR);
  const late = Object.entries(store.reports('hour')).filter(([start]) => Number(start) < DAY);
  t.same(Object.fromEntries(late), { 0: 60, [HOUR]: 60, [2 * HOUR]: 60 });
  t.equal(sum(store.reports('five_minute')), 180 + 4);
});

t.test('a steady host has blocks of about 120 reports, however often the lanes are looked at', async (t) => {
  const store = await setUp(t);
  for (let n = 0; n < 1_080; n += 1) {
    await store.series.append([at(n * 10_000)]);
    if (n % 30 === 0) await store.settleAt(n * 10_000);
  }
  const { held, openReports } = await store.series.usage();
  t.ok(held.raw.blocks >= 7 && held.raw.blocks <= 9, `${held.raw.blocks} blocks`);
  t.ok(openReports <= 240, `${openReports} reports are open`);
});
