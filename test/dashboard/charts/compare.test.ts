import t from 'tap';
import { heatBounds, reportingLately, sparkPaths } from '../../../dashboard/charts/compare.ts';

t.test('a heat map is cut into rows of round height', async (t) => {
  const f = (measure: Parameters<typeof heatBounds>[0], low: number, high: number, want: number[]) =>
    t.same(heatBounds(measure, low, high), want, `${measure} ${low}..${high}`);
  f('ratio', 0, 0.2, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
  f('load', 0, 7.5, [1, 2, 3, 4, 5, 6, 7]);
  f('count', 0, 410, [100, 200, 300, 400]);
  f('celsius', -12, 41, [-10, 0, 10, 20, 30, 40]);
  f(
    'bytes',
    0,
    3 * 2 ** 30,
    [1, 2, 3, 4, 5].map((row) => row * 2 ** 29),
  );
  for (const high of [0, 1e-12, 1e300]) {
    const bounds = heatBounds('load', 0, high);
    t.ok(bounds.length >= 1 && bounds.length <= 9, `${high}`);
    t.ok(
      bounds.every((bound, index) => Number.isFinite(bound) && bound > (bounds[index - 1] ?? 0)),
      `${bounds}`,
    );
  }
});

t.test('machines of a step that is not over yet are not taken for gone', async (t) => {
  const f = (counts: readonly number[], want: number) => t.equal(reportingLately(counts), want, `${counts}`);
  f([], 0);
  f([0, 0], 0);
  f([7], 7);
  f([40, 41, 41, 12, 0, 0], 41);
  f([0, 3, 5], 5);
});

t.test('a line is drawn in pieces where nothing is known', async (t) => {
  t.same(sparkPaths([0, 1, null, 1, null], 0, 1), ['M10.0 19.0L30.0 1.0', 'M70.0 1.0']);
  t.same(sparkPaths([null, null], 0, 1), []);
  t.same(sparkPaths([5], 5, 5), ['M50.0 19.0'], 'a flat line needs no height');
});
