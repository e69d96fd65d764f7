import t from 'tap';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { storedReport } from '../../../../support/stored-report.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 1);

t.test('a clock that is ahead removes nothing: history goes by the time that is agreed', async (t) => {
  let now = START;
  let expiryNow: number | null = null;
  const retention = { raw: 14 * DAY, fiveMinute: 90 * DAY, hour: 730 * DAY };
  const options = { now: () => now, expiryNow: () => expiryNow, retention };
  const { series, path } = await openTestSeries(t, options);
  for (let hour = 0; hour < 5 * 24; hour += 1) {
    now = START + hour * HOUR;
    await series.append([storedReport({ sequence: hour, at: now, receivedAt: now })]);
  }
  await series.settle();
  await series.close();
  now = Date.UTC(2036, 0, 1);
  const { series: ahead } = await openTestSeries(t, { ...options, path });
  const device = async () => (await ahead.extents()).get('d1')?.fromMs;
  const blocks = async () => {
    const { raw, fiveMinute, hour } = (await ahead.usage()).held;
    return [raw, fiveMinute, hour].map((one) => one.blocks > 0);
  };
  // It seals and rolls up what is due, and removes nothing: while nobody can say, and by an agreed time.
  for (const agreed of [null, START + 6 * DAY]) {
    expiryNow = agreed;
    for (let minute = 0; minute < 3; minute += 1) {
      now += 60_000;
      await ahead.settle();
    }
    t.same(await blocks(), [true, true, true]);
    t.equal(await device(), START);
  }
  for (const [days, left] of [
    [25, [false, true, true]],
    [120, [false, false, true]],
    [1_000, [false, false, false]],
  ] as const) {
    expiryNow = START + days * DAY;
    now += 60_000;
    await ahead.settle();
    t.same(await blocks(), left, `${days} days`);
  }
});
