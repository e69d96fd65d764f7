import fc from 'fast-check';
import t from 'tap';
import { MAX_TREND_POINTS, theilSen } from '../../../server/domain/theil-sen.ts';
import { holds } from '../../support/property.ts';

const trend = (ys: readonly number[]) => theilSen([...ys.keys()], ys, 0, ys.length);

/** The definition, by sorting. */
function bySorting(ys: readonly number[]): number[] {
  const slopes = ys.flatMap((y, left) => ys.slice(left + 1).map((other, index) => (other - y) / (index + 1)));
  return slopes.sort((a, b) => a - b);
}

t.test('lines, outliers and too little', (t) => {
  const slope = (ys: readonly number[], want: number | null): void =>
    t.equal(trend(ys)?.slope ?? null, want, `${ys}`) as never;
  slope([], null);
  slope([1], null);
  slope([1, 3], 2);
  slope([5, 5, 5, 5], 0);
  slope([0, 1, 2, 3, 4], 1);
  slope([9, 7, 5, 3], -2);
  slope([0, 1, 2, 3, 4, 500, 6, 7, 8, 9], 1);
  slope([0, 0, 0, 0, 0, 0, 0, 9, 9], 0);
  t.equal(trend([0, 1, 2, 3])?.spread, 0);
  t.end();
});

t.test('it is the median of the slopes of all pairs, and the spread is that between their quartiles', (t) => {
  holds(
    t,
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: MAX_TREND_POINTS }),
      (ys) => {
        const slopes = bySorting(ys);
        const last = slopes.length - 1;
        const at = (rank: number): number => slopes[rank] ?? Number.NaN;
        const found = trend(ys);
        const median = (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2;
        const spread = at(Math.ceil((last * 3) / 4)) - at(Math.floor(last / 4));
        return found !== null && found.slope === median && Math.abs(found.spread - spread) < 1e-12;
      },
    ),
  );
  t.end();
});

t.test('only the newest points count, so that the cost is bounded', (t) => {
  const ys = [...new Array<number>(500).fill(7), ...Array.from({ length: MAX_TREND_POINTS }, (_, index) => 3 * index)];
  t.equal(trend(ys)?.slope, 3);
  t.end();
});
