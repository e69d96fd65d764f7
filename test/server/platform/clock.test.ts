import fc from 'fast-check';
import t from 'tap';
import { createClock } from '../../../server/platform/clock.ts';
import { holds } from '../../support/property.ts';

function fake() {
  const machine = { wallMs: 1_000_000, monotonicMs: 500, sleptMs: 0 };
  const clock = createClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
    () => machine.monotonicMs + machine.sleptMs,
  );
  const sleep = (ms: number): number => {
    machine.sleptMs += ms;
    machine.wallMs += ms;
    return clock.now();
  };
  const pass = (ms: number, wallMs = ms): number => {
    machine.monotonicMs += ms;
    machine.wallMs += wallMs;
    return clock.now();
  };
  return { clock, pass, sleep };
}

t.test('it follows the time of day', async (t) => {
  const { clock, pass } = fake();
  t.equal(clock.now(), 1_000_000);
  t.equal(pass(1_000), 1_001_000);
  t.equal(clock.driftMs(), 0);
  t.equal(pass(0.5), 1_001_000, 'whole milliseconds');
});

t.test('a small difference is slewed: 5 % slower or faster until it fits', async (t) => {
  const { clock, pass } = fake();
  t.equal(pass(1_000, -19_000), 1_000_950);
  t.equal(clock.driftMs(), 981_000 - 1_000_950);
  for (let n = 0; n < 1_500; n += 1) pass(1_000);
  t.equal(clock.driftMs(), 0);
  t.equal(pass(1_000, 21_000), 1_000_000 + 1_482_050);
});

t.test('a time of day that was set is doubted: the clock keeps its own pace until somebody decides', async (t) => {
  const { clock, pass } = fake();
  const hour = 3_600_000;
  t.equal(pass(1_000, hour + 1_000), 1_001_000, 'an hour ahead');
  t.same(clock.steps.doubt(), { sizeMs: hour, forMs: 0 });
  t.equal(pass(10_000), 1_011_000);
  t.same(clock.steps.doubt(), { sizeMs: hour, forMs: 10_000 });
  t.equal(pass(1_000, 1_000 - hour), 1_012_000, 'and back: nothing has happened');
  t.equal(clock.steps.doubt(), null);

  pass(1_000, hour + 1_000);
  t.equal(clock.steps.adopt(), hour);
  t.same([clock.now(), clock.steps.doubt(), clock.driftMs()], [1_013_000 + hour, null, 0]);
  pass(1_000, 1_000 - hour);
  t.equal(clock.now(), 1_014_000 + hour);
  t.equal(clock.steps.adopt(), -hour, 'it steps back when it is told to');
  t.equal(clock.now(), 1_014_000);
});

t.test('a machine that slept wakes to the right time at once', async (t) => {
  const { clock, sleep, pass } = fake();
  t.equal(sleep(8 * 3_600_000), 1_000_000 + 8 * 3_600_000);
  t.equal(clock.steps.doubt(), null);
  pass(1_000, 3_601_000);
  t.match(clock.steps.doubt(), { sizeMs: 3_600_000 }, 'it sleeps once only');
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
  t.ok(Math.abs(clock.now() - Date.now()) < 60_000);
  t.ok(Math.abs(clock.driftMs()) < 60_000);
});
