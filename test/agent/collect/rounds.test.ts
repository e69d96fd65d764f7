import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startRounds } from '../../../agent/collect/rounds.ts';
import type { Wake } from '../../../agent/collect/schedule.ts';

const INTERVAL_MS = 100;
/** Between two phases of the device, which are whole intervals. */
const START_MS = 1_000_037;

/** Rounds on clocks and timers that the test alone moves, the clocks shifted by what it wants. */
function start(t: Test, round: () => Promise<void> = async () => undefined) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const shift = { wallMs: 0, monotonicMs: 0, bootMs: 0 };
  const wakes: Wake[] = [];
  const roundsAtMs: number[] = [];
  let nowMs = START_MS;
  const rounds = startRounds({
    publicKey: new Uint8Array(32),
    intervalMs: INTERVAL_MS,
    clocks: () => ({
      wallMs: nowMs + shift.wallMs,
      monotonicMs: nowMs + shift.monotonicMs,
      bootMs: nowMs + shift.monotonicMs + shift.bootMs,
    }),
    round: async () => {
      roundsAtMs.push(nowMs);
      await round();
    },
    onLook: () => undefined,
    onWake: (wake) => wakes.push(wake),
  });
  t.teardown(() => rounds.stop());
  /** Lets time go on to the `count`-th round, a few intervals at most for each. */
  const untilRound = async (count: number) => {
    const lastMs = nowMs + 10 * count * INTERVAL_MS;
    while (roundsAtMs.length < count && nowMs < lastMs) {
      nowMs += 1;
      mock.timers.tick(1);
      await nextTurn();
    }
    t.equal(roundsAtMs.length, count, `round ${count} came`);
  };
  return { rounds, shift, wakes, roundsAtMs, untilRound };
}

t.test('the first round is at once, the others at the phase of the device', async (t) => {
  const { roundsAtMs, untilRound } = start(t);
  t.equal(roundsAtMs.length, 1);
  await untilRound(5);
  t.same(roundsAtMs, [1_000_037, 1_000_100, 1_000_200, 1_000_300, 1_000_400]);
});

t.test('a sleep is noticed, and one round follows at once, not all that were missed', async (t) => {
  const { shift, wakes, roundsAtMs, untilRound } = start(t);
  await untilRound(2);
  shift.bootMs = 3_600_000;
  await untilRound(5);
  t.same(wakes, [{ asleepMs: 3_600_000, stalledMs: 0 }]);
  t.ok((roundsAtMs[4] ?? 0) - (roundsAtMs[1] ?? 0) > INTERVAL_MS, 'no burst');
});

t.test('so is a stall of this process', async (t) => {
  const { shift, wakes, untilRound } = start(t);
  await untilRound(2);
  shift.monotonicMs = 60_000;
  await untilRound(4);
  t.equal(wakes.length, 1);
  t.ok((wakes[0]?.stalledMs ?? 0) >= 59_000);
});

t.test('a wall clock that jumps back an hour shifts one round at most', async (t) => {
  const { shift, wakes, roundsAtMs, untilRound } = start(t);
  await untilRound(2);
  shift.wallMs = -3_600_000.5;
  await untilRound(6);
  t.same(wakes, []);
  t.ok((roundsAtMs[5] ?? 0) - (roundsAtMs[1] ?? 0) < 8 * INTERVAL_MS);
});

t.test('a round that takes longer than the interval is not joined by another', async (t) => {
  let running = 0;
  let most = 0;
  const { untilRound } = start(t, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2.5 * INTERVAL_MS));
    running -= 1;
  });
  await untilRound(3);
  t.equal(most, 1);
});

t.test('a new interval holds from now on', async (t) => {
  const { rounds, untilRound, roundsAtMs } = start(t);
  await untilRound(2);
  rounds.setInterval(400);
  await untilRound(4);
  t.ok((roundsAtMs[3] ?? 0) - (roundsAtMs[2] ?? 0) > 300);
});
