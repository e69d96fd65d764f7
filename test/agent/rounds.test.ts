import t, { type Test } from 'tap';
import { startRounds } from '../../agent/rounds.ts';
import type { Wake } from '../../agent/schedule.ts';

const INTERVAL_MS = 100;

/** Rounds on clocks that follow the real one, shifted by what the test wants. */
function start(t: Test, round: () => Promise<void> = async () => undefined) {
  const shift = { wallMs: 0, monotonicMs: 0, bootMs: 0 };
  const wakes: Wake[] = [];
  const roundsAtMs: number[] = [];
  let whenRound = Promise.withResolvers<void>();
  const rounds = startRounds({
    publicKey: new Uint8Array(32),
    intervalMs: INTERVAL_MS,
    clocks: () => {
      const nowMs = performance.now();
      return {
        wallMs: nowMs + shift.wallMs,
        monotonicMs: nowMs + shift.monotonicMs,
        bootMs: nowMs + shift.monotonicMs + shift.bootMs,
      };
    },
    round: async () => {
      roundsAtMs.push(performance.now());
      whenRound.resolve();
      whenRound = Promise.withResolvers();
      await round();
    },
    onLook: () => undefined,
    onWake: (wake) => wakes.push(wake),
  });
  t.teardown(() => rounds.stop());
  const untilRound = async (count: number) => {
    while (roundsAtMs.length < count) await whenRound.promise;
  };
  return { rounds, shift, wakes, roundsAtMs, untilRound };
}

t.test('the first round is at once, the others at the phase of the device', async (t) => {
  const { roundsAtMs, untilRound } = start(t);
  t.equal(roundsAtMs.length, 1);
  await untilRound(5);
  for (const atMs of roundsAtMs.slice(1)) {
    // A timer may fire a moment early.
    const behindMs = ((atMs + 2) % INTERVAL_MS) - 2;
    t.ok(behindMs < INTERVAL_MS / 2, `${behindMs} ms behind`);
  }
});

t.test('a sleep is noticed, and one round follows at once, not all that were missed', async (t) => {
  const { shift, wakes, roundsAtMs, untilRound } = start(t);
  await untilRound(2);
  shift.bootMs = 3_600_000;
  await untilRound(5);
  t.equal(wakes.length, 1);
  t.equal(Math.round(wakes[0]?.asleepMs ?? 0), 3_600_000);
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
