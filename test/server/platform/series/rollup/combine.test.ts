import fc from 'fast-check';
import t from 'tap';
import type { Columns } from '../../../../../server/platform/series/columns.ts';
import type { Buckets } from '../../../../../server/platform/series/rollup/buckets.ts';
import { foldBuckets, mergeBuckets, replaceBuckets } from '../../../../../server/platform/series/rollup/combine.ts';
import { foldRaw, nothingBefore } from '../../../../../server/platform/series/rollup/fold.ts';
import { extraDecimals } from '../../../../../server/platform/series/rollup/mean.ts';
import { anyColumns, columnsOf, someMetrics, someOf } from '../../../../support/columns.ts';

const START = 1_800_000_000_000;
const FIVE = 300_000;
const HOUR = 3_600_000;
const END = START + 1000 * HOUR;
const BUSY = 3;
const RX = 8;
const fold = (columns: Columns, bucketMs = FIVE, fromMs = 0, toMs = END) =>
  foldRaw(columns, nothingBefore, someMetrics, bucketMs, fromMs, toMs);
/** All but the means, which rounding may set apart. */
const exact = ({ gauges, ...rest }: Buckets) => ({
  ...rest,
  gauges: new Map([...gauges].map(([metricId, { mean: _, ...others }]) => [metricId, others])),
});

t.test('an hour of five minutes is an hour of reports', async (t) => {
  fc.assert(
    fc.property(anyColumns, (columns) => {
      const hours = fold(columns, HOUR);
      const folded = foldBuckets(fold(columns), HOUR, someMetrics);
      t.strictSame(exact(folded), exact(hours));
      for (const [metricId, { mean }] of hours.gauges) {
        const descriptor = someMetrics.get(metricId)!;
        const unit = 10 ** -extraDecimals(descriptor) * 1.000001;
        mean.forEach((want, index) => {
          const got = folded.gauges.get(metricId)?.mean[index] as number;
          if (!Object.is(got, want) && !(Math.abs(got - want) <= unit))
            t.fail(`${descriptor.name}: ${got} for ${want}`);
        });
      }
    }),
    { numRuns: 100 },
  );
});

const complete = fold(
  columnsOf(
    Array.from(
      { length: 31 },
      (_, index) => [index * 10_000, index + 1, index % 2, null, 1000 + 5 * index] as const,
    ) as never,
  ),
);

t.test('late reports are merged into what there is', async (t) => {
  const sparse = fold(
    columnsOf([
      [0, 1, 10, null, 100],
      [20_000, 2, 20, null, 130],
    ]),
  );
  const late = fold(
    columnsOf([
      [100_000, 50, 40, null, 400],
      [130_000, 51, 60, null, 410],
      [400_000, 52, 5, null, 420],
    ]),
  );
  const merged = mergeBuckets(sparse, late, someMetrics);
  t.strictSame([...merged.start], [START, START + FIVE]);
  t.strictSame([...merged.reports], [4, 1]);
  const { count, min, max, mean } = merged.gauges.get(BUSY)!;
  t.strictSame([...count], [4, 1]);
  t.strictSame([...min], [10, 5]);
  t.strictSame([...max], [60, 5]);
  t.strictSame([...mean], [33, 5], '32.5, rounded to a share that can be told');
  const { increase, coveredMs, last } = merged.counters.get(RX)!;
  t.strictSame([...increase], [40, 10], 'growth is added');
  t.strictSame([...coveredMs], [50_000, 270_000]);
  t.strictSame([...last], [130, 420], 'the last reading stays where there is one');
});

t.test('growth between reports that were counted is not counted twice', async (t) => {
  const late = fold(
    columnsOf([
      [5_000, 100, 1, null, 1002],
      [285_000, 101, 1, null, 1140],
    ]),
  );
  const merged = mergeBuckets(complete, late, someMetrics);
  t.equal(complete.counters.get(RX)?.coveredMs[0], 290_000);
  t.strictSame([...(merged.counters.get(RX)?.increase ?? [])], [...(complete.counters.get(RX)?.increase ?? [])]);
  t.strictSame([...merged.coveredMs], [...complete.coveredMs]);
  t.equal(merged.gauges.get(BUSY)?.count[0], 32, 'values are');
});

t.test('metrics that only one side has are kept', async (t) => {
  const memory = fold(columnsOf([[0, 1, null, 4096]]));
  const merged = mergeBuckets(complete, memory, someMetrics);
  t.strictSame([...merged.gauges.keys()], [BUSY, 7]);
  t.strictSame([...(merged.gauges.get(7)?.count ?? [])], [1, 0]);
});

t.test('a range is replaced', async (t) => {
  const old = fold(
    columnsOf([
      [0, 1, 10],
      [FIVE, 2, 20],
      [2 * FIVE, 3, 30],
      [3 * FIVE, 4, 40],
    ]),
  );
  const fresh = fold(
    columnsOf([
      [FIVE, 2, 21, 4096],
      [FIVE + 1, 9, 23],
    ]),
  );
  const f = (existing: Buckets | null, added: Buckets, from: number, to: number, starts: number[], means: number[]) => {
    const replaced = replaceBuckets(existing, added, START + from * FIVE, START + to * FIVE, someMetrics);
    t.strictSame(
      [...replaced.start].map((start) => (start - START) / FIVE),
      starts,
    );
    t.strictSame([...(replaced.gauges.get(BUSY)?.mean ?? [])], means);
  };
  f(old, fresh, 1, 2, [0, 1, 2, 3], [10, 22, 30, 40]);
  f(old, fresh, 1, 4, [0, 1], [10, 22]);
  f(old, fresh, 0, 9, [1], [22]);
  f(null, fresh, 0, 9, [1], [22]);
  const append = fold(columnsOf([[5 * FIVE, 7, 50]]));
  f(old, append, 4, 9, [0, 1, 2, 3, 5], [10, 20, 30, 40, 50]);
  const none = fold(columnsOf([[0, 1, 1]]), FIVE, END, END);
  f(old, none, 0, 3, [3], [40]);
  t.strictSame(
    [...replaceBuckets(fresh, old, START, END, someMetrics).gauges.keys()],
    [BUSY],
    'values that went are gone',
  );
  t.throws(() => replaceBuckets(old, fresh, START, START + FIVE, someMetrics), RangeError, 'fresh ones elsewhere');
  t.throws(() => replaceBuckets(old, { ...fresh, bucketMs: HOUR }, 0, END, someMetrics), RangeError);
  t.throws(() => mergeBuckets(old, { ...fresh, bucketMs: HOUR }, someMetrics), RangeError);
});

t.test('buckets may be put together piece by piece', async (t) => {
  fc.assert(
    fc.property(anyColumns, fc.nat({ max: 50 }), (columns, where) => {
      const whole = fold(columns);
      const cutMs = START + where * FIVE;
      const early = fold(columns, FIVE, 0, cutMs);
      const late = fold(columns, FIVE, cutMs, END);
      t.strictSame(replaceBuckets(early, late, cutMs, END, someMetrics), whole);
      t.strictSame(replaceBuckets(late, early, 0, cutMs, someMetrics), whole);
      t.strictSame(replaceBuckets(whole, late, cutMs, END, someMetrics), whole);
    }),
    { numRuns: 60 },
  );
});

t.test('merging loses no report and no value, whichever is late', async (t) => {
  fc.assert(
    fc.property(anyColumns, fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }), (columns, isLate) => {
      const parts = [false, true].map((late) => fold(someOf(columns, (index) => isLate[index] === late)));
      const [early, late] = parts as [Buckets, Buckets];
      const whole = fold(columns);
      for (const merged of [mergeBuckets(early, late, someMetrics), mergeBuckets(late, early, someMetrics)]) {
        t.strictSame([merged.start, merged.reports], [whole.start, whole.reports]);
        t.strictSame(exact({ ...merged, counters: new Map() }).gauges.size, whole.gauges.size);
        for (const [metricId, { count, min, max, mean }] of whole.gauges) {
          const got = merged.gauges.get(metricId)!;
          t.strictSame([got.count, got.min, got.max], [count, min, max]);
          const unit = 1.000001 * 10 ** -extraDecimals(someMetrics.get(metricId)!);
          if (mean.some((want, index) => Math.abs(want - (got.mean[index] as number)) > unit))
            t.fail(`mean of ${metricId}`);
        }
      }
    }),
    { numRuns: 60 },
  );
});
