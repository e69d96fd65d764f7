import t from 'tap';
import { reduce } from '../../../../../server/platform/series/codec/reduce.ts';

t.test('small integers are found behind values', async (t) => {
  const f = (values: number[], decimals: number, divisor: number, offset: number, integers: number[]) => {
    const reduced = reduce(Float64Array.from(values), values.length);
    t.match(reduced, { decimals, unit: { divisor, offset } }, values.join(' '));
    t.strictSame(reduced && [...reduced.integers.subarray(0, values.length)], integers);
  };
  f([5], 0, 1, 0, [5]);
  f([0, 0], 0, 1, 0, [0, 0]);
  f([-2, -2], 0, 1, 0, [-2, -2]);
  f([50 * 2 ** 30, 50 * 2 ** 30], 0, 2 ** 31, 0, [25, 25]);
  f([8192, 4096, 20480], 0, 4096, 0, [2, 1, 5]);
  f([8193, 4097, 20481], 0, 4096, 1, [2, 1, 5]);
  f([-8193, -4097, -20481], 0, 4096, -1, [-2, -1, -5]);
  f([-8193, 12287, -20481], 0, 4096, -1, [-2, 3, -5]);
  f([0, 2 ** 52, 3 * 2 ** 50], 0, 2 ** 50, 0, [0, 4, 3]);
  f([21.5, 22, 20.5], 1, 1, 0, [215, 220, 205]);
  f([0.001, 2], 3, 1, 0, [1, 2000]);
});

t.test('a unit that saves less than it takes is none', async (t) => {
  const f = (values: number[], divisor: number) =>
    t.equal(reduce(Float64Array.from(values), values.length)?.unit.divisor, divisor, values.join(' '));
  const times = <T>(count: number, values: T[]) => Array.from({ length: count }, () => values).flat();
  f([100, 112, 130, 100], 1);
  f(times(5, [100, 112, 130, 100]), 6);
  f([1_000_001, 1_000_004, 1_000_004], 1);
  // Steps that are all alike.
  f([4096, 8192, 12288, 16384], 1);
  f([4096, 8192, 12288, 20480], 4096);
});

t.test('distances may be as large as integers can be', async (t) => {
  const largest = Number.MAX_SAFE_INTEGER;
  const f = (...values: number[]) => {
    const reduced = reduce(Float64Array.from(values), values.length);
    const { divisor, offset } = reduced?.unit ?? { divisor: Number.NaN, offset: 0 };
    const back = Array.from(
      reduced?.integers.subarray(0, values.length) ?? [],
      (integer) => integer * divisor + offset,
    );
    t.strictSame(back, values);
  };
  f(largest, 0);
  f(-largest, 0);
  f(0, -largest, 0);
  f(-1, largest - 1, -1);
  f(2 ** 52 + 1, 1, 2 ** 52 + 1);
  f(-(2 ** 52) - 3, 2 ** 51, -(2 ** 52) - 3);
});

t.test('where there are none, nothing is made up', async (t) => {
  const f = (...values: number[]) => t.equal(reduce(Float64Array.from(values), values.length), null, values.join(' '));
  f(-0);
  f(1, -0);
  f(Math.PI);
  f(2 ** 53);
  f(1e300, 1);
  f(Number.MAX_SAFE_INTEGER, -1);
  f(0, 2 ** 52 + 1, -(2 ** 52));
  f(0.1 + 0.2, 1e-13);
});
