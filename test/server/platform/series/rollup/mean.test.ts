import t from 'tap';
import { describe } from '../../../../../protocol/wire/metric.ts';
import { extraDecimals, roundMean } from '../../../../../server/platform/series/rollup/mean.ts';

t.test('decimals that the mean of scaled integers keeps', async (t) => {
  const f = (metric: Parameters<typeof describe>[0], extra: number) =>
    t.equal(extraDecimals(describe(metric)), extra, metric);
  f('cpu.busy', 0);
  f('load.1', 2);
  f('temperature', 3);
  f('host.processes', 4);
  f('memory.available', 0);
  t.equal(extraDecimals({ name: 'a', unit: 'celsius', kind: 'gauge', decimals: 6 }), 0, 'never fewer than its own');
});

t.test('rounding', async (t) => {
  const f = (mean: number, extra: number, want: number) => t.ok(Object.is(roundMean(mean, extra), want), `${mean}`);
  f(1.23456, 2, 1.23);
  f(1.235, 0, 1);
  f(-0.2, 0, 0);
  f(-1.5, 0, -1);
  f(1e300, 4, 1e300);
  f(2 ** 52 + 1, 4, 2 ** 52 + 1);
  f(Number.NaN, 2, Number.NaN);
});
