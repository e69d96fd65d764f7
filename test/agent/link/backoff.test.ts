import fc from 'fast-check';
import t from 'tap';
import { BACKOFF_CAP_MS, createBackoff } from '../../../agent/link/backoff.ts';

t.test('a quick attempt, one in a wide window, then up to the cap for ever', async (t) => {
  const waits = (random: number) => {
    const backoff = createBackoff(() => random);
    return Array.from({ length: 5 }, () => backoff.next(0));
  };
  t.same(waits(0), [0, 1_000, 1_000, 1_000, 1_000]);
  t.same(waits(0.5), [500, 10_500, 15_500, 15_500, 15_500]);
  t.same(waits(1), [1_000, 20_000, 30_000, 30_000, 30_000]);
});

t.test('a connection that lasted starts it anew, a short one does not', async (t) => {
  const backoff = createBackoff(() => 1);
  for (let count = 0; count < 10; count += 1) backoff.next(0);
  t.equal(backoff.next(29_999), 30_000);
  t.equal(backoff.next(30_000), 1_000);
  t.equal(backoff.next(0), 20_000);
});

t.test('no wait is negative or beyond the cap, for ever', async (t) => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(fc.tuple(chance, fc.nat(100_000)), { maxLength: 200 }), (attempts) => {
        let random = 0;
        const backoff = createBackoff(() => random);
        return attempts.every(([value, connectedForMs]) => {
          random = value;
          const delayMs = backoff.next(connectedForMs);
          return delayMs >= 0 && delayMs < BACKOFF_CAP_MS;
        });
      }),
    ),
  );
});
