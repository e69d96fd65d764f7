import fc from 'fast-check';
import t from 'tap';
import { uncovered } from '../../../server/domain/history-loss.ts';

t.test('what no part covers', async (t) => {
  const f = (whole: [number, number], parts: [number, number][], want: [number, number][]) => {
    const span = ([fromMs, toMs]: [number, number]) => ({ fromMs, toMs });
    t.same(uncovered(span(whole), parts.map(span)), want.map(span), JSON.stringify([whole, parts]));
  };
  f([0, 10], [], [[0, 10]]);
  f([0, 10], [[0, 10]], []);
  f([0, 10], [[-5, 20]], []);
  f(
    [0, 10],
    [[4, 6]],
    [
      [0, 4],
      [6, 10],
    ],
  );
  f(
    [0, 10],
    [
      [6, 10],
      [0, 2],
    ],
    [[2, 6]],
  );
  f(
    [0, 10],
    [
      [5, 6],
      [2, 9],
    ],
    [
      [0, 2],
      [9, 10],
    ],
  );
  f(
    [0, 10],
    [
      [20, 30],
      [-9, -2],
    ],
    [[0, 10]],
  );
  f([5, 5], [], []);
});

t.test('each moment is in a part or uncovered, never in both', async (t) => {
  const span = fc.tuple(fc.nat(40), fc.nat(40)).map(([fromMs, lengthMs]) => ({ fromMs, toMs: fromMs + lengthMs }));
  fc.assert(
    fc.property(span, fc.array(span, { maxLength: 6 }), (whole, parts) => {
      const holds = (at: number) => (each: { fromMs: number; toMs: number }) => each.fromMs <= at && at < each.toMs;
      const left = uncovered(whole, parts);
      for (let at = -1; at <= 90; at += 1) {
        const want = holds(at)(whole) && !parts.some(holds(at));
        if (left.filter(holds(at)).length !== (want ? 1 : 0)) return false;
      }
      return true;
    }),
  );
  t.pass('for random spans');
});
