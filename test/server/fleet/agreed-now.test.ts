import t from 'tap';
import { agreedLately, agreedNow, expiryNow } from '../../../server/fleet/agreed-now.ts';
import { createClock } from '../../../server/platform/clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const NOW = Date.UTC(2036, 0, 1);
const YEARS = 10 * 365 * 86_400_000;

/** Clocks of agents minus the server's, ms, and how long ago they were read. */
const fleet = (offsets: readonly number[], agoMs = 0) =>
  offsets.map((clockOffsetMs) => ({
    memory: { dating: { bootId: 'b', bootOffsetMs: 0, clockOffsetMs, sampledAt: NOW - agoMs } },
  }));

const agrees = (what: string, offsets: readonly number[], expected: number | null, agoMs = 0): void => {
  t.test(what, async (t) => t.equal(agreedNow(fleet(offsets, agoMs), new FakeClock(NOW)), expected));
};

agrees('nobody', [], null);
agrees('everybody agrees', [10, -5, 0], NOW);
agrees('the server is ahead of everybody', [-YEARS, -YEARS + 9, -YEARS], NOW - YEARS);
agrees('but for its own machine', [0, -YEARS, -YEARS], NOW - YEARS);
agrees('of two the earlier counts', [0, -YEARS], NOW - YEARS);
agrees('never later than the server', [YEARS, YEARS, YEARS], NOW);
agrees('one that is in 1970 holds up nobody', [-6 * YEARS, 0, 0], NOW);
agrees('who was heard long ago says nothing', [0, 0, 0], null, 3_600_000);

t.test('one of many is too little', async (t) => {
  const clock = new FakeClock(NOW);
  const silent = fleet([0, 0, 0, 0, 0], 3_600_000);
  t.equal(agreedNow([...silent, ...fleet([0])], clock), null);
  t.equal(agreedNow([...silent, ...fleet([0, 0, 0])], clock), NOW);
});

t.test('never while the server doubts its time of day', async (t) => {
  let wall = NOW;
  const clock = createClock(
    () => wall,
    () => 0,
    () => 0,
  );
  t.equal(agreedNow(fleet([0, 0, 0]), clock), NOW);
  wall += YEARS;
  t.equal(agreedNow(fleet([0, 0, 0]), clock), null);
});

t.test('what is old is removed by what machines agree with, and by the own clock where there are none', async (t) => {
  const machines = (offsets: readonly number[]) => new Map(fleet(offsets).map((one, n) => [`${n}`, one]));
  const clock = new FakeClock(NOW);
  t.equal(expiryNow(machines([-YEARS, -YEARS, -YEARS]), clock), NOW - YEARS);
  t.equal(expiryNow(new Map([['away', { memory: { dating: null } }]]), clock), null);
  t.equal(expiryNow(new Map(), clock), NOW);
  let wall = NOW;
  const stepped = createClock(
    () => wall,
    () => 0,
    () => 0,
  );
  wall += YEARS;
  t.equal(expiryNow(new Map(), stepped), null);
});

t.test('who asks all the time has all devices asked twice a minute, and hears of a doubt at once', async (t) => {
  const machine = { wallMs: NOW, monotonicMs: 0 };
  const clock = createClock(
    () => machine.wallMs,
    () => machine.monotonicMs,
    () => machine.monotonicMs,
  );
  let asked = 0;
  let offsets = [0, 0, 0];
  const devices = () => {
    asked += 1;
    return fleet(offsets);
  };
  const agreed = agreedLately(devices, clock, () => machine.monotonicMs);
  const pass = (ms: number) => {
    machine.wallMs += ms;
    machine.monotonicMs += ms;
  };
  t.equal(agreed(), NOW);
  offsets = [-YEARS, -YEARS, -YEARS];
  pass(29_000);
  t.equal(agreed(), NOW, 'it lags, which only keeps things longer');
  t.equal(asked, 1);
  pass(1_000);
  t.equal(agreed(), NOW + 30_000 - YEARS);
  machine.wallMs += 3_600_000;
  t.equal(agreed(), null);
  machine.wallMs -= 3_600_000;
  t.equal(agreed(), NOW + 30_000 - YEARS, 'after a doubt they are asked anew');
  t.equal(asked, 3);
});
