import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type Dating, dateClocks, learnDating, stepDating } from '../../../server/domain/dating.ts';
import { holds } from '../../support/property.ts';

const START = Date.UTC(2026, 2, 1);
const hour = 3_600_000;
const day = 24 * hour;

/** An agent whose boot clock began at `START`; its time of day is off by `offMs`. */
const clocks = (atMs: number, offMs = 0) => ({ wallMs: START + atMs + offMs, monotonicMs: atMs, bootMs: atMs });
const learn = (known: Dating | null, atMs: number, { delayMs = 0, offMs = 0, boot = 'a' } = {}): Dating =>
  learnDating(known, boot, clocks(atMs, offMs), START + atMs + delayMs);

t.test('the smallest delay seen decides', async (t) => {
  let dating = learn(null, 1_000, { delayMs: 300 });
  t.equal(dateClocks(dating, 'a', clocks(1_000), START + 9_000), START + 1_300);
  dating = learn(dating, 2_000, { delayMs: 20 });
  t.equal(dateClocks(dating, 'a', clocks(2_000), START + 9_000), START + 2_020);
  dating = learn(dating, 3_000, { delayMs: 20_000 });
  t.equal(dateClocks(dating, 'a', clocks(3_000), START + 90_000), START + 3_030, 'a late frame teaches nothing');
  t.equal(dateClocks(dating, 'a', clocks(3_000), START + 3_010), START + 3_010, 'nothing lies in the future');
});

t.test('two clocks may drift apart by 500 ppm', async (t) => {
  const dating = learn(null, 0);
  const drifted = learnDating(dating, 'a', clocks(hour), START + hour + 1_000);
  t.equal(drifted.bootOffsetMs, START + 1_000, 'a second in an hour is 278 ppm');
  const fast = learnDating(dating, 'a', clocks(hour), START + hour + 5_000);
  t.equal(fast.bootOffsetMs, START + 1_802.5, 'more than 500 ppm is delay');
});

t.test("a step of the agent's time of day moves no date", async (t) => {
  const f = (offMs: number) => {
    const before = learn(learn(null, 0), 10_000);
    const after = learn(before, 20_000, { offMs });
    t.equal(dateClocks(after, 'a', clocks(20_000, offMs), START + 21_000), START + 20_000);
    t.equal(dateClocks(after, 'a', clocks(15_000), START + 21_000), START + 15_000, 'nor that of an older report');
    t.equal(after.clockOffsetMs, offMs, 'but the clock is known to be off');
  };
  for (const offMs of [hour, -hour, day, -day, -START]) f(offMs);
});

t.test('a step of the server’s clock, or a pause of the machine, is followed at once', async (t) => {
  const before = learn(learn(null, 0), 10_000);
  const jumped = learnDating(before, 'a', clocks(20_000), START + 20_000 + hour);
  t.equal(dateClocks(jumped, 'a', clocks(20_000), START + 20_000 + hour), START + 20_000 + hour);
  // The clock of the agent seems to be off by as much, because it is.
  t.equal(jumped.clockOffsetMs, -hour);
  const back = learnDating(before, 'a', clocks(20_000), START + 20_000 - hour);
  t.equal(dateClocks(back, 'a', clocks(20_000), START + 20_000), START + 20_000 - hour);
  // No frame of an open link is delayed for so long: the link would have been given up.
  const delayed = learnDating(before, 'a', clocks(20_000), START + 20_000 + 119_000);
  t.equal(dateClocks(delayed, 'a', clocks(20_000), START + day), START + 20_065);
});

t.test('a new boot begins again; reports of the earlier boot are dated by its corrected time of day', async (t) => {
  const old = learn(null, hour, { offMs: 7_000 });
  const dating = learnDating(
    old,
    'b',
    { wallMs: START + 2 * hour + 7_000, monotonicMs: 5_000, bootMs: 5_000 },
    START + 2 * hour,
  );
  t.match(dating, { bootId: 'b', bootOffsetMs: START + 2 * hour - 5_000, clockOffsetMs: 7_000 });
  t.equal(dateClocks(dating, 'a', clocks(hour, 7_000), START + 2 * hour), START + hour);
  t.equal(dateClocks(dating, 'a', clocks(9 * hour), START + 2 * hour), START + 2 * hour, 'never after it arrived');
  const live = { wallMs: 0, monotonicMs: 6_000, bootMs: 6_000 };
  t.equal(dateClocks(dating, 'b', live, START + 3 * hour), START + 2 * hour + 1_000);
});

t.test(
  'whatever the delays and steps of the time of day, dates are right within the smallest delay and drift',
  async (t) => {
    const report = fc.record({
      afterMs: fc.integer({ min: 1_000, max: 60_000 }),
      delayMs: fc.integer({ min: 0, max: 30_000 }),
      offMs: fc.constantFrom(0, hour, -hour, day, -day),
    });
    const dated = fc.property(fc.array(report, { minLength: 1, maxLength: 60 }), (reports) => {
      let [dating, at, smallest]: [Dating | null, number, number] = [null, 0, Number.POSITIVE_INFINITY];
      // The server's clock never goes back, so what is sent later is never received earlier.
      let arrived = 0;
      for (const { afterMs, delayMs, offMs } of reports) {
        at += afterMs;
        arrived = Math.max(arrived, at + delayMs);
        smallest = Math.min(smallest, arrived - at);
        dating = learnDating(dating, 'a', clocks(at, offMs), START + arrived);
        const error = dateClocks(dating, 'a', clocks(at, offMs), START + arrived) - (START + at);
        if (error < 0 || error > smallest + arrived * 500e-6 + 1) throw new Error(`${error} ms off`);
      }
    });
    holds(t, dated, { numRuns: 500 });
  },
);

t.test('a dating that is stepped in place becomes what would be learned anew', async (t) => {
  const frames = fc.array(fc.record({ ms: fc.nat(200_000), delayMs: fc.nat(150_000), offMs: fc.integer() }), {
    minLength: 1,
  });
  holds(
    t,
    fc.property(frames, (all) => {
      let atMs = 0;
      let anew = learn(null, 0);
      const stepped = { ...anew };
      for (const { ms, delayMs, offMs } of all) {
        atMs += ms;
        anew = learn(anew, atMs, { delayMs, offMs });
        stepDating(stepped, clocks(atMs, offMs), START + atMs + delayMs);
        assert.deepEqual(stepped, anew);
      }
    }),
  );
});
