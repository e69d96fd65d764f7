import fc from 'fast-check';
import t from 'tap';
import { type PowerCut, powerCutOf, type Restart } from '../../../server/domain/power-cut.ts';

const MIN = 60_000;
const restart = (deviceId: string, from: number, to: number): Restart => ({ deviceId, from: from * MIN, to: to * MIN });
const size = (cut: PowerCut | null): number => new Set(cut?.restarts.map(({ deviceId }) => deviceId)).size;

t.test('how many of how many are a cut', async (t) => {
  const f = (restarted: number, others: number, want: boolean) => {
    const restarts = Array.from({ length: restarted }, (_, index) => restart(`m${index}`, 10, 12 + index / 10));
    t.equal(size(powerCutOf(restarts, () => others)), want ? restarted : 0, `${restarted} of ${restarted + others}`);
  };
  f(0, 5, false);
  f(1, 0, false);
  f(1, 1, false);
  f(2, 0, true);
  f(2, 1, false);
  f(3, 0, true);
  f(3, 2, true);
  f(3, 3, false);
  f(6, 4, true);
  f(5, 5, false);
  f(11, 9, true);
});

t.test('only what was off at the same moment and came back within minutes', async (t) => {
  const f = (restarts: readonly Restart[], want: number) => t.equal(size(powerCutOf(restarts, () => 0)), want);
  f([restart('a', 10, 12), restart('b', 11, 14)], 2);
  f([restart('a', 10, 12), restart('b', 13, 14)], 0);
  f([restart('a', 10, 12), restart('b', 11, 28)], 0);
  f([restart('a', 10, 12), restart('b', 11, 27)], 2);
  f([restart('a', 10, 12), restart('b', 11, 27), restart('c', 11, 29)], 2);
  f([restart('a', 10, 12), restart('a', 11, 12.5)], 0);
  f([restart('a', 0, 3), restart('b', 1, 2), restart('a', 60, 62), restart('b', 60, 63)], 2);
  t.match(
    powerCutOf([restart('a', 0, 3), restart('b', 1, 2), restart('a', 60, 62), restart('b', 60, 63)], () => 0),
    {
      from: 60 * MIN,
      to: 63 * MIN,
    },
  );
});

const restarts = fc.array(
  fc
    .record({ deviceId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), from: fc.nat(100), length: fc.nat(40) })
    .map(({ deviceId, from, length }) => restart(deviceId, from, from + length)),
  { maxLength: 12 },
);

t.test('the order in which they are known never matters, and all of it were off at once', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(restarts, fc.nat(4), (known, others) => {
        const cut = powerCutOf(known, () => others);
        const turned = powerCutOf(known.toReversed(), () => others);
        if (cut?.at !== turned?.at || size(cut) !== size(turned)) return false;
        return cut === null || cut.restarts.every(({ from, to }) => from <= cut.at && cut.at <= to + 5_000);
      }),
    ),
  );
});
