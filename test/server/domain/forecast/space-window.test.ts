import t from 'tap';
import {
  copyPoints,
  emptyWindow,
  fillHole,
  hasHole,
  moveWindow,
  newestLevel,
  putPoint,
  STEP_MS,
  slotOf,
  WINDOW_STEPS,
} from '../../../../server/domain/forecast/space-window.ts';

const START = Date.UTC(2026, 2, 2);
const at = (step: number): number => START + step * STEP_MS;

function pointsOf(window: ReturnType<typeof emptyWindow>): [number, number][] {
  const [xs, ys] = [new Float64Array(WINDOW_STEPS), new Float64Array(WINDOW_STEPS)];
  const count = copyPoints(window, xs, ys);
  return Array.from({ length: count }, (_, index) => [xs[index] ?? 0, ys[index] ?? 0]);
}

t.test('one value for each five minutes, the last six hours', (t) => {
  const window = emptyWindow();
  t.same(pointsOf(window), []);
  t.ok(Number.isNaN(newestLevel(window)));
  for (let step = 0; step < 100; step += 1) putPoint(window, at(step), step);
  putPoint(window, at(99) + 1_000, 990);
  const points = pointsOf(window);
  t.equal(points.length, WINDOW_STEPS);
  t.same(points[0], [0, 28]);
  t.same(points.at(-1), [WINDOW_STEPS - 1, 990], 'the last value of a slot counts');
  t.equal(newestLevel(window), 98, 'a single outlier does not');
  t.end();
});

t.test('gaps stay open until history closes them, in any order', (t) => {
  const window = emptyWindow();
  putPoint(window, at(0), 10);
  putPoint(window, at(4), 14);
  t.same(
    pointsOf(window).map(([, value]) => value),
    [10, 14],
  );
  t.ok(hasHole(window));
  for (const step of [3, 1, 2]) fillHole(window, at(step), 10 + step);
  fillHole(window, at(4), 99);
  t.same(
    pointsOf(window).map(([, value]) => value),
    [10, 11, 12, 13, 14],
    'what was measured stays',
  );
  t.notOk(hasHole(window));
  putPoint(window, at(1000), 1);
  fillHole(window, at(4), 14);
  t.same(
    pointsOf(window).map(([, value]) => value),
    [1],
    'what is too old is gone',
  );
  t.end();
});

t.test('a window that begins with history', (t) => {
  const window = emptyWindow();
  for (const step of [5, 6, 7]) fillHole(window, at(step), step);
  putPoint(window, at(8), 8);
  putPoint(window, at(2), 2);
  t.same(
    pointsOf(window).map(([, value]) => value),
    [2, 5, 6, 7, 8],
  );
  t.end();
});

t.test('a clock that is set moves what was measured with it, and what no longer fits is gone', (t) => {
  for (const steps of [0, 1, -1, 12, -12, 1_000, -1_000]) {
    const window = emptyWindow();
    for (let step = 0; step < 100; step += 3) putPoint(window, at(step), step);
    const before = pointsOf(window);
    moveWindow(window, steps);
    t.equal(window.newest, slotOf(at(99)) + steps);
    t.same(pointsOf(window), before, `${steps} steps`);
    putPoint(window, at(100 + steps), 7);
    t.same(pointsOf(window).at(-1), [WINDOW_STEPS - 1, 7], 'it goes on at once');
  }
  const window = emptyWindow();
  moveWindow(window, -5);
  t.same(pointsOf(window), []);
  t.end();
});
