import fc from 'fast-check';
import t from 'tap';
import { encodeBuckets, openBuckets } from '../../../../../server/platform/series/block/rollup-block.ts';
import { seal } from '../../../../../server/platform/series/block/seal.ts';
import type { Columns } from '../../../../../server/platform/series/columns.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';
import { foldRaw, nothingBefore } from '../../../../../server/platform/series/rollup/fold.ts';
import { anyColumns, columnsOf, someMetrics } from '../../../../support/columns.ts';

const START = 1_800_000_000_000;
const FIVE = 300_000;
const fold = (columns: Columns) => foldRaw(columns, nothingBefore, someMetrics, FIVE, START, START + 1e10);
const buckets = fold(
  columnsOf([
    [0, 1, 10, 8192, 100],
    [10_000, 2, 14, null, 130],
    [FIVE, 3, 12, 4096, 10],
    [FIVE + 10_000, 4, 12, 4096, 15],
  ]),
);
const sealed = encodeBuckets(buckets);

t.test('bytes of a block', async (t) => {
  const start = [
    '02 02 e0a712', // version, buckets, their length
    '04 00 03', // directory: spans of ids, first the bucket's own
    '1d 03', // metric 3: mean, min, max
    '1d 04', // metric 7: the same, and the reports that lack it
    '08 03', // metric 8: increase, last, and the time that its restart took away
    '0b 02 07 02 04 04 06 06 06 04 04 05 06', // the lengths of all 13 columns
  ];
  const hex = Buffer.from(sealed).toString('hex');
  t.equal(hex.slice(0, start.join('').replaceAll(' ', '').length), start.join('').replaceAll(' ', ''));
});

t.test('what is opened is what was laid down', async (t) => {
  const block = openBuckets(sealed);
  t.equal(block.count, 2);
  t.equal(block.bucketMs, FIVE);
  t.strictSame(block.metricIds(), [3, 7, 8]);
  t.strictSame([...block.start()], [START, START + FIVE]);
  t.strictSame([...block.reports()], [2, 2]);
  t.strictSame([...block.coveredMs()], [10_000, FIVE]);
  const f = (metricId: number, part: Parameters<typeof block.column>[1], want: number[] | null) => {
    const got = block.column(metricId, part);
    t.strictSame(got && [...got], want, `${metricId} ${part}`);
  };
  f(3, 'mean', [12, 12]);
  f(3, 'min', [10, 12]);
  f(3, 'max', [14, 12]);
  f(3, 'count', [2, 2]);
  f(7, 'count', [1, 2]);
  f(8, 'increase', [30, 5]);
  f(8, 'coveredMs', [10_000, 10_000]);
  f(8, 'last', [130, 15]);
  f(3, 'increase', null);
  f(3, 'coveredMs', null);
  f(8, 'mean', null);
  f(8, 'count', null);
  f(9, 'mean', null);
  t.equal(block.gauge(8), null);
  t.equal(block.counter(3), null);
  t.strictSame(block.gauge(3), buckets.gauges.get(3));
  t.strictSame(block.counter(8), buckets.counters.get(8));
  fc.assert(
    fc.property(anyColumns, (columns) => {
      const any = fold(columns);
      t.strictSame(openBuckets(encodeBuckets(any)).buckets(), any);
    }),
    { numRuns: 50 },
  );
});

t.test('every flipped bit and every cut is noticed', async (t) => {
  let noticed = 0;
  const isDamaged = (damaged: Uint8Array) => {
    try {
      openBuckets(damaged);
      return false;
    } catch (error) {
      return error instanceof DamagedError;
    }
  };
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const damaged = sealed.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    noticed += isDamaged(damaged) ? 1 : 0;
  }
  for (let length = 0; length < sealed.length; length += 1) noticed += isDamaged(sealed.subarray(0, length)) ? 1 : 0;
  t.equal(noticed, sealed.length * 9);
});

t.test('with a checksum that fits, any bytes are buckets or an error', async (t) => {
  const body = sealed.slice(0, -4);
  const f = (bytes: Uint8Array) => {
    try {
      const { start, gauges, counters } = openBuckets(seal(bytes)).buckets();
      const lengths = [...gauges.values(), ...counters.values()].flatMap((parts) => Object.values(parts));
      return lengths.every((column) => column.length === start.length);
    } catch (error) {
      return error instanceof DamagedError;
    }
  };
  const spoilt = fc.array(fc.tuple(fc.nat({ max: body.length - 1 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(spoilt, (changes) => {
      const changed = body.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      return f(changed);
    }),
    { numRuns: 5000 },
  );
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), f), { numRuns: 5000 });
  t.pass('no counterexample');
});

t.test('what are no buckets is refused', async (t) => {
  const f = (change: object) => t.throws(() => encodeBuckets({ ...buckets, ...change }), RangeError);
  f({ start: new Float64Array(0) });
  f({ start: new Float64Array(65_537) });
  f({ reports: new Float64Array(3) });
  f({ bucketMs: 0 });
});
