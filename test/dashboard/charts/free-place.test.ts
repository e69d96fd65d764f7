import fc from 'fast-check';
import t from 'tap';
import { freeMiddle, type Span } from '../../../dashboard/charts/free-place.ts';

const picture: Span = { top: 0, bottom: 100 };
const span = (top: number, bottom = top): Span => ({ top, bottom });

t.test('a label stands where it covers nothing, as near as can be', async (t) => {
  const f = (wanted: number, taken: readonly Span[], want: number | null) =>
    t.equal(freeMiddle(wanted, 10, picture, taken), want, JSON.stringify([wanted, taken]));
  f(50, [], 50);
  f(50, [span(50)], 45);
  f(52, [span(50)], 55);
  f(2, [], 5);
  f(120, [], 95);
  f(50, [span(40, 70)], 35);
  f(50, [span(38, 70), span(30, 33)], 75);
  f(50, [span(0, 100)], null);
  f(50, [span(8), span(16), span(24, 100)], null);
});

t.test('whatever is in the way', async (t) => {
  const pixel = fc.integer({ min: -20, max: 120 });
  const taken = fc.array(fc.tuple(pixel, fc.nat(30)).map(([top, height]) => span(top, top + height)));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(pixel, fc.integer({ min: 1, max: 30 }), taken, (wanted, height, spans) => {
        const middle = freeMiddle(wanted, height, picture, spans);
        const covers = (at: number) =>
          at - height / 2 < 0 ||
          at + height / 2 > 100 ||
          spans.some(({ top, bottom }) => at + height / 2 > top && at - height / 2 < bottom);
        if (middle === null) return Array.from({ length: 201 }, (_, index) => index / 2).every(covers);
        const nearer = Array.from({ length: 201 }, (_, index) => index / 2).filter(
          (at) => Math.abs(at - wanted) < Math.abs(middle - wanted),
        );
        return !covers(middle) && nearer.every(covers);
      }),
    ),
  );
});
