import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { someMetrics } from '../../../../support/stored-report.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, replayed, START } from '../conformance.ts';

const HOUR = 3_600_000;

const report = fc.record({
  device: fc.constantFrom('d1', 'd1', 'd2', 'd3'),
  backfill: fc.constantFrom(false, false, false, true),
  metrics: fc.constantFrom(someMetrics, someMetrics, someMetrics, someMetrics.slice(0, 2)),
  scaled: fc.tuple(fc.option(fc.nat(300)), fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.option(fc.nat(9))),
  step: fc.integer({ min: 0, max: 20_000 }),
});

t.test('a replay after any position brings what one of everything brings from there on', async (t) => {
  const batches = fc.array(fc.array(report, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(batches, fc.array(fc.nat(59), { maxLength: 3 }), async (groups, settledAfter) => {
      let now = START;
      const path = join(tempDir(t), 'series.db');
      const options = { path, now: () => now };
      const { series } = await openTestSeries(t, options);
      let sequence = 0;
      for (const [nth, group] of groups.entries()) {
        const reports = group.map(({ device, metrics, scaled, backfill, step }) => {
          now += step;
          sequence += 1;
          const values = scaled.slice(0, metrics.length);
          return at(now - START, { deviceId: device, metrics, scaled: values, backfill, sequence });
        });
        await series.append(reports);
        // Chains are ended and put into blocks: then they are in the journal only.
        if (!settledAfter.includes(nth)) continue;
        now += HOUR;
        await series.settle();
      }
      const whole = await replayed(series);
      t.equal(whole.flatMap(({ reports }) => reports).length, sequence);
      for (let after = 0; after <= groups.length; after += 1) {
        t.same(await replayed(series, after), whole.slice(after), `after ${after}`);
      }
      await series.close();
      const { series: again } = await openTestSeries(t, options);
      const middle = Math.floor(groups.length / 2);
      t.same(await replayed(again, middle), whole.slice(middle), 'after a restart too');
      await again.close();
    }),
    { numRuns: 12 },
  );
});

t.test('a replay of many answers, in which hosts turn up one after the other', async (t) => {
  let now = START;
  const { series } = await openTestSeries(t, { path: join(tempDir(t), 'series.db'), now: () => now });
  const [hosts, rounds] = [900, 16];
  for (let round = 0; round < rounds; round += 1) {
    now += 10_000;
    const reports = Array.from({ length: hosts }, (_, host) => ({ host, sequence: round + 1 }))
      // A third of them is silent in the middle: what they build on is told late.
      .filter(({ host }) => host % 3 > 0 || round < 4 || round > 12)
      .map(({ host, sequence }) =>
        at(now - START, { deviceId: `d${host}`, sequence, scaled: [sequence * host, 2 ** 40 * (sequence % 3), 7] }),
      );
    await series.append(reports);
  }
  const whole = await replayed(series);
  t.equal(whole.length, rounds);
  for (const after of [1, 5, 13]) t.same(await replayed(series, after), whole.slice(after), `after ${after}`);
  for await (const { position } of series.replay(2)) if (position > 9) break;
  t.same(await replayed(series, 8), whole.slice(8), 'and after one that was left');
  await series.close();
});
