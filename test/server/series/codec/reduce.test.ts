import t from 'tap';
import { reduce } from '../../../../server/series/codec/reduce.ts';

t.test('small integers are found behind values', async (t) => {
  const f = (values: number[], decimals: number, first: number, divisor: number, integers: number[]) => {
    const reduced = reduce(Float64Array.from(values), values.length);
    t.match(reduced, { decimals, first, divisor }, values.join(' '));
    t.strictSame(reduced && [...reduced.integers.subarray(0, values.length)], integers);
  };
  f([5], 0, 5, 1, [0]);
  f([5, 5, 5], 0, 5, 1, [0, 0, 0]);
  f([8192, 4096, 20480], 0, 8192, 4096, [0, -1, 3]);
  f([8193, 4097, 20481], 0, 8193, 4096, [0, -1, 3]);
  f([100, 112, 130, 100], 0, 100, 6, [0, 2, 5, 0]);
  f([100, 112, 130, 101], 0, 100, 1, [0, 12, 30, 1]);
  f([0, 2 ** 52, 3 * 2 ** 50], 0, 0, 2 ** 50, [0, 4, 3]);
  f([-30, 30], 0, -30, 60, [0, 1]);
  f([21.5, 22, 20.5], 1, 215, 5, [0, 1, -2]);
  f([0.001, 2], 3, 1, 1999, [0, 1]);
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
