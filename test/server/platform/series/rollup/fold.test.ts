import fc from 'fast-check';
import t from 'tap';
import type { Columns } from '../../../../../server/platform/series/columns.ts';
import {
  type Before,
  foldRaw,
  nothingBefore,
  readingsBefore,
} from '../../../../../server/platform/series/rollup/fold.ts';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import { anyColumns, columnsOf, someMetrics, someOf } from '../../../../support/columns.ts';
import { aggregate } from '../../../../support/naive-aggregate.ts';

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const END = START + 24 * 60 * MINUTE;
const fold = (columns: Columns, before: Before = nothingBefore, fromMs = START, toMs = END) =>
  foldRaw(columns, before, someMetrics, 5 * MINUTE, fromMs, toMs);
const BUSY = 3;
const RX = 8;

t.test('a gauge has its smallest, largest and mean value', async (t) => {
  const { start, reports, coveredMs, gauges } = fold(
    columnsOf([
      [0, 1, 10],
      [10_000, 2, 40],
      [20_000, 3, null, 4096],
      [30_000, 4, 11],
      [300_000, 5, 7],
    ]),
  );
  t.strictSame([...start], [START, START + 300_000]);
  t.strictSame([...reports], [4, 1]);
  t.strictSame([...coveredMs], [30_000, 270_000]);
  const { count, min, max, mean } = gauges.get(BUSY)!;
  t.strictSame([...count], [3, 1]);
  t.strictSame([...min], [10, 7]);
  t.strictSame([...max], [40, 7]);
  t.strictSame([...mean], [20, 7], 'a share has four decimals already');
  t.strictSame([...(gauges.get(7)?.count ?? [])], [1, 0]);
  t.strictSame([...(gauges.get(7)?.mean ?? [])], [4096, Number.NaN]);
});

t.test('means are rounded by their unit', async (t) => {
  const mean = (metricId: number, ...values: number[]) => {
    const place = [...someMetrics.keys()].indexOf(metricId);
    const rows = values.map((value, index) => [index, index, ...Array(place).fill(null), value] as const);
    return fold(columnsOf(rows as never)).gauges.get(metricId)?.mean[0];
  };
  t.equal(mean(BUSY, 1, 2, 2), 2, 'a share of time to 0.01 %');
  t.equal(mean(7, 4096, 4096, 8192), 5461, 'bytes to one');
  t.equal(mean(20, 1, 1, 2), 1.33, 'a load to 0.0001');
  t.equal(mean(BUSY, -1, 0, 0), 0, 'never -0');
  t.ok(Object.is(mean(BUSY, -1, 0, 0), 0));
  t.equal(mean(7, 1e308, 1e308), 1e308, 'no sum beyond all bounds');
});

t.test('a counter grows between two readings', async (t) => {
  const f = (why: string, readings: readonly [atMs: number, value: number | null][], want: object) => {
    const rows = readings.map(([at, value], index) => [at, index, 1, null, value] as const);
    const { counters } = fold(columnsOf(rows as never));
    const counter = counters.get(RX);
    const got = { increase: counter?.increase[0], coveredMs: counter?.coveredMs[0], last: counter?.last[0] };
    t.strictSame(got, want, why);
  };
  const s = 1000;
  f('one reading says nothing', [[0, 5]], { increase: 0, coveredMs: 0, last: 5 });
  f(
    'its growth',
    [
      [0, 5],
      [10 * s, 8],
      [20 * s, 8],
    ],
    { increase: 3, coveredMs: 20 * s, last: 8 },
  );
  f(
    'a gap between readings is bridged',
    [
      [0, 5],
      [10 * s, null],
      [20 * s, 9],
    ],
    { increase: 4, coveredMs: 20 * s, last: 9 },
  );
  f(
    'a fall is a restart: that pair is left out',
    [
      [0, 5],
      [10 * s, 1],
      [20 * s, 4],
    ],
    { increase: 3, coveredMs: 10 * s, last: 4 },
  );
  f(
    'two at the same time: that pair is left out',
    [
      [0, 5],
      [0, 6],
      [20 * s, 8],
    ],
    { increase: 2, coveredMs: 20 * s, last: 8 },
  );
});

t.test('nobody knows when in a silence a counter grew', async (t) => {
  const growthAfter = (silenceMs: number) => {
    const { counters, coveredMs } = fold(
      columnsOf([
        [0, 1, 1, null, 100],
        [silenceMs, 2, 1, null, 600],
      ]),
    );
    return [counters.get(RX)?.increase.at(-1), counters.get(RX)?.coveredMs.at(-1), coveredMs.at(-1)];
  };
  t.strictSame(growthAfter(15 * MINUTE), [500, 15 * MINUTE, 15 * MINUTE]);
  t.strictSame(growthAfter(15 * MINUTE + 1), [0, 0, 0]);
});

t.test('what was before is where counters start', async (t) => {
  const columns = columnsOf([
    [-10_000, 1, 99, null, 40],
    [0, 2, 1, null, 50],
    [5 * MINUTE, 3, 99, null, 900],
  ]);
  const { start, counters, gauges, reports } = fold(columns, nothingBefore, START, START + 5 * MINUTE);
  t.strictSame([...start], [START], 'half open');
  t.strictSame([...reports], [1]);
  t.equal(gauges.get(BUSY)?.max[0], 1, 'they are not counted themselves');
  t.equal(counters.get(RX)?.increase[0], 10, 'reports before the range');
  const alone = someOf(columns, (index) => index === 1);
  const before: Before = { at: START - 20_000, counters: new Map([[RX, { at: START - 30_000, value: 45 }]]) };
  const known = fold(alone, before);
  t.equal(known.counters.get(RX)?.increase[0], 5, 'readings before all reports');
  t.equal(known.counters.get(RX)?.coveredMs[0], 30_000);
  t.equal(known.coveredMs[0], 20_000);
});

t.test('a metric without a descriptor is a fault of the caller', async (t) => {
  t.throws(() => foldRaw(columnsOf([[0, 1, 1]]), nothingBefore, new Map(), MINUTE, START, END), RangeError);
});

t.test('a metric without a value in the range, and a range without reports, are left out', async (t) => {
  const columns = columnsOf([
    [0, 1, 1],
    [5 * MINUTE, 2, null, 4096],
  ]);
  t.strictSame([...fold(columns, nothingBefore, START, START + 5 * MINUTE).gauges.keys()], [BUSY]);
  t.equal(fold(columns, nothingBefore, START + 10 * MINUTE, END).start.length, 0);
  t.equal(fold(columns, nothingBefore, START - 10 * MINUTE, START).start.length, 0);
});

t.test('cutting reports anywhere changes nothing', async (t) => {
  fc.assert(
    fc.property(anyColumns, fc.nat({ max: 100 }), (columns, where) => {
      const count = columns.at.length;
      const cut = where % count;
      const whole = fold(columns);
      const cutMs = Math.ceil((columns.at[cut] as number) / (5 * MINUTE)) * 5 * MINUTE;
      const early = someOf(columns, (index) => (columns.at[index] as number) < cutMs);
      const late = someOf(columns, (index) => (columns.at[index] as number) >= cutMs);
      const parts = [fold(early), fold(late, readingsBefore(early, cutMs, someMetrics, nothingBefore))];
      for (const part of ['reports', 'coveredMs', 'start'] as const) {
        t.strictSame(
          parts.flatMap((buckets) => [...buckets[part]]),
          [...whole[part]],
          part,
        );
      }
      for (const [metricId, counter] of whole.counters) {
        const growth = parts.flatMap(({ counters, start }) => [
          ...(counters.get(metricId)?.increase ?? start.map(() => 0)),
        ]);
        t.strictSame(growth, [...counter.increase]);
      }
      for (const [metricId, gauge] of whole.gauges) {
        const none = (start: Float64Array) => start.map(() => Number.NaN);
        const means = parts.flatMap(({ gauges, start }) => [...(gauges.get(metricId)?.mean ?? none(start))]);
        t.strictSame(means, [...gauge.mean]);
      }
    }),
    { numRuns: 100 },
  );
});

t.test('the rules are those of charts from reports', async (t) => {
  fc.assert(
    fc.property(anyColumns, (columns) => {
      const metrics = [...someMetrics.values()];
      const reports = Array.from(columns.at, (at, index) => {
        const scaled = [...someMetrics.keys()].map((metricId) => {
          const value = columns.values.get(metricId)?.[index] ?? Number.NaN;
          return Number.isNaN(value) ? null : value;
        });
        return { at, metrics, scaled } as unknown as StoredReport;
      });
      const buckets = fold(columns);
      const request = { deviceId: 'd', fromMs: START, toMs: END, stepMs: 5 * MINUTE };
      for (const [metricId, { name, kind, decimals }] of someMetrics) {
        const [line] = aggregate(reports, { ...request, metrics: [name] });
        buckets.start.forEach((start, index) => {
          const want = line?.values[(start - START) / (5 * MINUTE)] ?? null;
          const counter = buckets.counters.get(metricId);
          const covered = counter?.coveredMs[index] ?? 0;
          const mean = buckets.gauges.get(metricId)?.mean[index] ?? Number.NaN;
          const rate = covered > 0 ? ((counter?.increase[index] ?? 0) / covered) * 1000 : null;
          const got = kind === 'counter' ? rate : Number.isNaN(mean) ? null : mean / 10 ** decimals;
          const slack = kind === 'counter' ? 1e-9 * (want ?? 0) : 0.500001 * (decimals === 0 ? 1 : 1e-4);
          if (want === null || got === null) t.equal(got, want, name);
          else if (Math.abs(want - got) > slack) t.fail(`${name}: ${got} for ${want}`);
        });
      }
    }),
    { numRuns: 60 },
  );
  t.pass('no counterexample');
});
