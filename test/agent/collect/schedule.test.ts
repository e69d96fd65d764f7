import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { nextRoundDelayMs, noticeWake, phaseMs } from '../../../agent/collect/schedule.ts';

t.test('a device keeps its phase, and a fleet fills the interval evenly', async (t) => {
  const keys = Array.from({ length: 10_000 }, (_, index) => createHash('sha256').update(`${index}`).digest());
  let stable = true;
  const perSecond = new Array<number>(10).fill(0);
  for (const key of keys) {
    const phase = phaseMs(key, 10_000);
    stable &&= phaseMs(key, 10_000) === phase;
    const second = Math.floor(phase / 1_000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  t.ok(stable);
  t.ok(Math.min(...perSecond) > 850 && Math.max(...perSecond) < 1_150, `${perSecond}`);
});

t.test('the next round', async (t) => {
  t.equal(nextRoundDelayMs(20_000, 10_000, 3_000), 13_000, 'a round close ahead was just made early: the one after it');
  t.equal(nextRoundDelayMs(13_000, 10_000, 3_000), 10_000, 'on the point: one interval');
  t.equal(nextRoundDelayMs(13_004, 10_000, 3_000), 9_996, 'a little late: back on the phase');
  t.equal(nextRoundDelayMs(12_999, 10_000, 3_000), 10_001, 'a little early: not twice');
});

t.test('it is always ahead, within one and a half intervals, and on the phase', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 200, max: 3_600_000 }),
        fc.nat(3_600_000),
        (wallMs, intervalMs, seed) => {
          const phase = seed % intervalMs;
          const delayMs = nextRoundDelayMs(wallMs, intervalMs, phase);
          const lands = (((wallMs + delayMs - phase) % intervalMs) + intervalMs) % intervalMs;
          return delayMs > intervalMs / 2 && delayMs <= 1.5 * intervalMs && lands === 0;
        },
      ),
    ),
  );
});

t.test('sleep and stall', async (t) => {
  const at = (monotonicMs: number, bootMs: number) => ({ wallMs: 0, monotonicMs, bootMs });
  t.equal(noticeWake(at(0, 0), at(5_010, 5_020), 5_000), undefined, 'an ordinary look');
  t.same(noticeWake(at(0, 0), at(5_000, 3_605_000), 5_000), { asleepMs: 3_600_000, stalledMs: 0 }, 'an hour asleep');
  t.same(noticeWake(at(0, 0), at(65_000, 65_000), 5_000), { asleepMs: 0, stalledMs: 60_000 }, 'a minute stopped');
  t.equal(noticeWake(at(0, 0), at(5_000, 4_000), 5_000), undefined, 'a clock that lags is no sleep');
});
