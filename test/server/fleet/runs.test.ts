import fc from 'fast-check';
import t from 'tap';
import { addToRanges, type DeliveredRuns, isDelivered, markDelivered } from '../../../server/fleet/runs.ts';
import { holds } from '../../support/property.ts';

t.test('addToRanges joins what touches', async (t) => {
  const f = (adds: [number, number][], want: [number, number][]) => {
    const ranges: [number, number][] = [];
    for (const [from, to] of adds) addToRanges(ranges, from, to);
    t.same(ranges, want);
  };
  f([[1, 1]], [[1, 1]]);
  f(
    [
      [1, 1],
      [2, 2],
    ],
    [[1, 2]],
  );
  f(
    [
      [2, 2],
      [1, 1],
    ],
    [[1, 2]],
  );
  f(
    [
      [1, 1],
      [3, 3],
    ],
    [
      [1, 1],
      [3, 3],
    ],
  );
  f(
    [
      [1, 1],
      [3, 3],
      [2, 2],
    ],
    [[1, 3]],
  );
  f(
    [
      [5, 9],
      [1, 2],
      [2, 6],
    ],
    [[1, 9]],
  );
  f(
    [
      [1, 1],
      [3, 3],
      [5, 5],
      [7, 7],
      [2, 6],
    ],
    [[1, 7]],
  );
  f(
    [
      [5, 5],
      [5, 5],
    ],
    [[5, 5]],
  );
});

t.test('it knows exactly what was delivered, in any order', async (t) => {
  holds(
    t,
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (sequences) => {
      const runs: DeliveredRuns = [];
      for (const sequence of sequences) markDelivered(runs, 'a', sequence, sequence);
      const again = JSON.parse(JSON.stringify(runs)) as DeliveredRuns;
      for (let sequence = 0; sequence <= 61; sequence += 1) {
        if (isDelivered(again, 'a', sequence) !== sequences.includes(sequence)) throw new Error(`${sequence}`);
      }
      const ranges = runs[0]?.ranges ?? [];
      for (const [index, [from]] of ranges.entries()) {
        if (index > 0 && from <= ranges[index - 1]![1] + 1) throw new Error('ranges touch');
      }
    }),
  );
});

t.test('runs are apart, and the oldest is forgotten', async (t) => {
  const runs: DeliveredRuns = [];
  for (let n = 0; n < 64; n += 1) markDelivered(runs, `run${n}`, 1, 1_000 + n);
  markDelivered(runs, 'run0', 2, 5_000);
  markDelivered(runs, 'new', 1, 2_000);
  t.equal(runs.length, 64);
  t.equal(isDelivered(runs, 'run0', 2), true, 'it reported lately');
  t.equal(isDelivered(runs, 'run1', 1), false);
  t.equal(isDelivered(runs, 'new', 1), true);
  t.equal(isDelivered(runs, 'never', 1), false);
});

t.test('holes do not grow for ever', async (t) => {
  const runs: DeliveredRuns = [];
  for (let n = 1; n <= 5_000; n += 1) markDelivered(runs, 'a', n * 2, n);
  t.equal(runs[0]?.ranges.length, 4_096);
  t.equal(isDelivered(runs, 'a', 10_000), true);
  t.equal(isDelivered(runs, 'a', 9_999), false);
});
