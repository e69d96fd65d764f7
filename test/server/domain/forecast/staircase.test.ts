import fc from 'fast-check';
import t from 'tap';
import { isStaircase } from '../../../../server/domain/forecast/staircase.ts';
import { holds } from '../../../support/property.ts';

const xs = Array.from({ length: 72 }, (_, index) => index);
const told = (levelAt: (index: number) => number): boolean => isStaircase(xs, xs.map(levelAt), 0, xs.length);
const steps = (index: number, at: readonly number[]): number => at.filter((from) => index >= from).length;

t.test('up to three steps are no line', async (t) => {
  t.ok(told((index) => 100 - steps(index, [10])));
  t.ok(told((index) => 100 - steps(index, [10, 60])));
  t.ok(told((index) => 100 - steps(index, [10, 33, 60])));
  t.notOk(
    told((index) => 100 - steps(index, [5, 15, 25, 35, 45, 55, 65])),
    'what grows by blocks goes on',
  );
  t.notOk(told((index) => 100 - index));
  t.notOk(
    told(() => 100),
    'nothing at all',
  );
});

t.test('neither height nor place nor unit of a line make it a staircase', async (t) => {
  const figure = fc.integer({ min: -1_000_000, max: 1_000_000 });
  holds(
    t,
    fc.property(figure, figure, fc.integer({ min: 4, max: 72 }), (height, slope, count) => {
      return (
        !isStaircase(
          xs,
          xs.map((index) => height + slope * index),
          72 - count,
          72,
        ) || count < 9
      );
    }),
  );
});
