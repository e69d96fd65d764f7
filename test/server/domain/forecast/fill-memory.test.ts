import fc from 'fast-check';
import t from 'tap';
import {
  DAY_MS,
  freshMemory,
  MEMORY_DAYS,
  noteLevel,
  rhythmOf,
} from '../../../../server/domain/forecast/fill-memory.ts';
import { holds } from '../../../support/property.ts';

const START = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
const SIZE = 1000;

/** Levels in thousandths, by the hour. */
function remember(levels: readonly number[]) {
  const memory = freshMemory(START, levels[0] ?? 0, SIZE);
  for (const [hour, level] of levels.entries()) noteLevel(memory, START + hour * HOUR_MS, level, SIZE);
  return memory;
}

t.test('a reset is space that comes back, however long that takes', (t) => {
  t.same(remember([900, 700, 500, 800]).resets, [[START + 3 * HOUR_MS, 0.5, 0.3]]);
  t.same(remember([900, 500, 600, 700, 800]).resets, [[START + 2 * HOUR_MS, 0.5, 0.3]], 'a clean-up of hours is one');
  t.same(remember([900, 500, 510, 505, 515, 500]).resets, [], 'less than 2 % is noise');
  t.same(remember([60, 30, 36, 32]).resets, [[START + 2 * HOUR_MS, 0.03, 0.006]], 'near the end little counts');
  t.same(remember([900, 500, 800, 500, 800]).resets.length, 2);
  t.end();
});

t.test('the least of each day, gaps included, for two weeks', (t) => {
  const memory = remember(Array.from({ length: 48 }, (_, hour) => 900 - hour));
  t.same(memory.days, [0.877, 0.853]);
  noteLevel(memory, START + 4 * DAY_MS, 840, SIZE);
  t.same(memory.days, [0.877, 0.853, null, null, 0.84]);
  noteLevel(memory, START + 400 * DAY_MS, 830, SIZE);
  t.equal(memory.days.length, MEMORY_DAYS);
  t.same(
    memory.days.filter((low) => low !== null),
    [0.83],
  );
  t.end();
});

t.test('earlier lows count unless they were an emergency or teeth shorter than the window', (t) => {
  const days = Array.from({ length: 72 }, (_, hour) => 800 - 20 * (hour % 24));
  const memory = remember(days);
  const now = START + 72 * HOUR_MS;
  t.ok(
    Math.abs((rhythmOf(memory, now, 0.1, 0.05).earlierLow ?? 0) - (0.34 - 0.046)) < 1e-9,
    'the least, and a tenth of a tooth',
  );
  t.equal(rhythmOf(memory, now, 0.1, 0.5).earlierLow, null);
  t.equal(rhythmOf(remember([900, 890, 860, 890]), START + 4 * HOUR_MS, 0.1, 0).earlierLow, null);
  t.end();
});

t.test('a regular rhythm says when it is emptied next', (t) => {
  const days = Array.from({ length: 97 }, (_, hour) => 800 - 20 * (hour % 24));
  const memory = remember(days);
  const { nextReset } = rhythmOf(memory, START + 97 * HOUR_MS, 0.1, 0.05);
  t.equal(nextReset, START + (96 + 26.4 + 0.25) * HOUR_MS);
  t.equal(rhythmOf(memory, START + 124 * HOUR_MS, 0.1, 0.05).nextReset, null, 'overdue');
  const sinking = days.map((level, hour) => level - 5 * hour);
  t.equal(rhythmOf(remember(sinking), START + 97 * HOUR_MS, 0.1, 0.05).nextReset, null, 'it does not empty enough');
  t.end();
});

t.test('until a rhythm is known, what was emptied is taken to be emptied once a day', (t) => {
  const once = remember([900, 700, 500, 800, 780]);
  const { emptiedAt, nextReset } = rhythmOf(once, START + 5 * HOUR_MS, 0.1, 0.05);
  t.equal(emptiedAt, START + (3 + 0.9 * 24) * HOUR_MS);
  t.equal(nextReset, START + (3 + 1.25 * 24) * HOUR_MS);
  const hourly = Array.from({ length: 60 }, (_, hour) => 500 - (hour % 2) * 100);
  t.equal(
    rhythmOf(remember(hourly), START + 60 * HOUR_MS, 0.1, 0.05).nextReset,
    null,
    'but not what the trend averages',
  );
  t.end();
});

t.test('the newest resets are kept, however small', (t) => {
  const days = Array.from({ length: 14 * 24 }, (_, hour) => 800 - (hour < 168 ? 20 : 6) * (hour % 24));
  const { resets } = remember(days);
  t.equal(resets.length, 8);
  t.same(
    resets.slice(-5).map(([at]) => (at - START) / DAY_MS),
    [9, 10, 11, 12, 13],
  );
  t.end();
});

t.test('it stays small, and only what is measured is in it', (t) => {
  holds(
    t,
    fc.property(fc.array(fc.integer({ min: 0, max: SIZE }), { minLength: 1, maxLength: 1000 }), (levels) => {
      const memory = remember(levels);
      const lows = [...memory.days.filter((low) => low !== null), memory.low];
      const isMeasured = lows.every((low) => levels.includes(Math.round(low * SIZE)));
      return isMeasured && memory.resets.length <= 8 && JSON.stringify(memory).length < 700;
    }),
  );
  t.end();
});
