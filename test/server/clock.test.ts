import fc from 'fast-check';
import t from 'tap';
import { createClock } from '../../server/clock.ts';
import { holds } from '../support/property.ts';

function fake() {
  const machine = { wallMs: 1_000_000, monotonicMs: 500 };
  const clock = createClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
  );
  const pass = (ms: number, wallMs = ms): number => {
    machine.monotonicMs += ms;
    machine.wallMs += wallMs;
    return clock.now();
  };
  return { clock, pass };
}

t.test('it follows the time of day', async (t) => {
  const { clock, pass } = fake();
  t.equal(clock.now(), 1_000_000);
  t.equal(pass(1_000), 1_001_000);
  t.equal(clock.driftMs(), 0);
  t.equal(pass(0.5), 1_001_000, 'whole milliseconds');
});

t.test('a step back is slewed: 5 % slower until it fits', async (t) => {
  const { clock, pass } = fake();
  t.equal(pass(1_000, -59_000), 1_000_950);
  t.equal(clock.driftMs(), 941_000 - 1_000_950);
  for (let n = 0; n < 1_500; n += 1) pass(1_000);
  t.equal(clock.driftMs(), 0);
});

t.test('a small step forward is slewed, a large one adopted', async (t) => {
  const { clock, pass } = fake();
  t.equal(pass(1_000, 21_000), 1_001_050);
  t.equal(clock.driftMs(), 19_950);
  t.equal(pass(0, 20_000), 1_041_000, 'together they are more than 30 s');
  t.equal(clock.driftMs(), 0);
});

t.test('it never goes back, whatever the time of day does', async (t) => {
  const reading = fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.integer({ min: -1e9, max: 1e9 }));
  holds(
    t,
    fc.property(fc.array(reading), (readings) => {
      const { clock, pass } = fake();
      let last = clock.now();
      for (const [ms, wallMs] of readings) {
        const now = pass(ms, wallMs);
        if (now < last || !Number.isInteger(now)) throw new Error(`${last} then ${now}`);
        last = now;
      }
    }),
  );
});

t.test('the real one', async (t) => {
  const clock = createClock();
  t.ok(Math.abs(clock.now() - Date.now()) < 1_000);
  t.ok(Math.abs(clock.driftMs()) < 1_000);
});
