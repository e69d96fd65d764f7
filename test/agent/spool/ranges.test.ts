import fc from 'fast-check';
import t from 'tap';
import { type Range, RangeSet } from '../../../agent/spool/ranges.ts';

const numbersOf = (ranges: readonly Range[]) =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

t.test('joins what touches', async (t) => {
  const f = (ranges: Range[], want: Range[]) => t.same(new RangeSet(ranges).ranges, want);
  f([], []);
  f([[1, 3]], [[1, 3]]);
  f(
    [
      [1, 3],
      [4, 4],
    ],
    [[1, 4]],
  );
  f(
    [
      [5, 6],
      [1, 2],
    ],
    [
      [1, 2],
      [5, 6],
    ],
  );
  f(
    [
      [1, 2],
      [5, 6],
      [3, 4],
    ],
    [[1, 6]],
  );
  f(
    [
      [1, 9],
      [3, 4],
    ],
    [[1, 9]],
  );
  f([[4, 3]], []);
  f(
    [
      [0, Number.MAX_SAFE_INTEGER],
      [7, 7],
    ],
    [[0, Number.MAX_SAFE_INTEGER]],
  );
});

t.test('behaves as a set of numbers does', async (t) => {
  const range = fc.tuple(fc.nat(60), fc.nat(12)).map(([from, length]) => [from, from + length] as const);
  const ranges = fc.array(range, { maxLength: 12 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(ranges, ranges, range, (left, right, [from, to]) => {
        const a = new RangeSet(left);
        const b = new RangeSet(right);
        const want = new Set(numbersOf(left));
        const other = new Set(numbersOf(right));
        const within = new RangeSet();
        within.addWithin(a, from, to);
        const sorted = (values: Iterable<number>) => [...values].sort((x, y) => x - y).join();
        return (
          sorted(numbersOf(a.ranges)) === sorted(want) &&
          a.size === want.size &&
          [...Array(80).keys()].every((value) => a.has(value) === want.has(value)) &&
          sorted(numbersOf(a.minus(b))) === sorted(want.difference(other)) &&
          sorted(numbersOf(within.ranges)) === sorted([...want].filter((value) => from <= value && value <= to)) &&
          sorted([...numbersOf(a.holes()), ...want]) ===
            sorted(a.isEmpty ? [] : numbersOf([[Math.min(...want), Math.max(...want)]]))
        );
      }),
    ),
  );
});
