import t from 'tap';
import { gridOf } from '../../../../../server/platform/series/read/grid.ts';
import { coarsest, planStretches, resolutionFor } from '../../../../../server/platform/series/read/plan.ts';
import type { Aggregation, Resolution } from '../../../../../server/platform/series/series-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

t.test('the coarsest resolution whose buckets divide the steps, or are much finer', async (t) => {
  const f = (fromMs: number, stepMs: number, want: Resolution, aggregation?: Aggregation) =>
    t.equal(resolutionFor(gridOf({ fromMs, toMs: fromMs + 1, stepMs }), aggregation), want, `${fromMs} ${stepMs}`);
  f(0, 10_000, 'raw');
  f(0, 4 * MINUTE, 'raw');
  f(0, 5 * MINUTE, 'fiveMinute');
  f(1, 5 * MINUTE, 'raw');
  f(0, 7 * MINUTE, 'raw');
  f(0, 20 * MINUTE, 'fiveMinute');
  f(1, 59 * MINUTE, 'raw');
  f(1, HOUR, 'fiveMinute');
  f(0, HOUR, 'hour');
  f(5 * MINUTE, HOUR, 'fiveMinute');
  f(0, 6 * HOUR, 'hour');
  f(1, 12 * HOUR, 'hour');
  f(0, HOUR, 'hour', 'p95');
  f(0, HOUR, 'raw', 'last');
});

t.test('each part of the range comes from where it is held', async (t) => {
  const forever = Number.POSITIVE_INFINITY;
  const held = {
    raw: { fromMs: 30 * HOUR, toMs: forever },
    fiveMinute: { fromMs: 10 * HOUR, toMs: 48 * HOUR },
    hour: { fromMs: -forever, toMs: 47 * HOUR },
  };
  const f = (wanted: Resolution, fromH: number, toH: number, want: [Resolution, number, number][]) =>
    t.same(
      planStretches({ fromMs: fromH * HOUR, toMs: toH * HOUR }, wanted, held),
      want.map(([resolution, from, to]) => ({ resolution, fromMs: from * HOUR, toMs: to * HOUR })),
      `${wanted} ${fromH}-${toH}`,
    );
  f('raw', 40, 50, [['raw', 40, 50]]);
  f('raw', 0, 50, [
    ['hour', 0, 10],
    ['fiveMinute', 10, 30],
    ['raw', 30, 50],
  ]);
  f('fiveMinute', 40, 50, [
    ['fiveMinute', 40, 48],
    ['raw', 48, 50],
  ]);
  f('fiveMinute', 0, 20, [
    ['hour', 0, 10],
    ['fiveMinute', 10, 20],
  ]);
  f('hour', 0, 50, [
    ['hour', 0, 47],
    ['fiveMinute', 47, 48],
    ['raw', 48, 50],
  ]);
  f('hour', 48, 49, [['raw', 48, 49]]);
});

t.test('where nothing is rolled up yet, what is older than raw reports is left out', async (t) => {
  const held = {
    raw: { fromMs: 30 * HOUR, toMs: Number.POSITIVE_INFINITY },
    fiveMinute: { fromMs: 10 * HOUR, toMs: 0 },
    hour: { fromMs: 0, toMs: 0 },
  };
  t.same(planStretches({ fromMs: 20 * HOUR, toMs: 40 * HOUR }, 'hour', held), [
    { resolution: 'raw', fromMs: 30 * HOUR, toMs: 40 * HOUR },
  ]);
});

t.test('the coarsest of some', async (t) => {
  t.equal(coarsest([]), 'raw');
  t.equal(coarsest(['raw', 'hour', 'fiveMinute']), 'hour');
});
