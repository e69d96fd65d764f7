import t from 'tap';
import { judgePlateau } from '../../../bench/lib/plateau.ts';

const MINUTE_MS = 60_000;
const MB = 1e6;

/** A heap that climbs by 30 MB between two collections, `readings` minutes long, on a floor of its own. */
const saw = (floorAt: (minute: number) => number, readings = 240) =>
  Array.from({ length: readings }, (_, minute) => floorAt(minute) + (minute % 5) * 6 * MB);

t.test('what climbs between two collections and falls back rests', async (t) => {
  const { isPlateau, growthBytesPerHour, lowsBytes } = judgePlateau(
    saw(() => 110 * MB),
    MINUTE_MS,
  );
  t.ok(isPlateau);
  t.equal(growthBytesPerHour, 0);
  t.equal(lowsBytes.length, 20);
});

t.test('caches that fill at first do not count', async (t) => {
  t.ok(
    judgePlateau(
      saw((minute) => (minute < 100 ? 90 + minute / 5 : 110) * MB),
      MINUTE_MS,
    ).isPlateau,
  );
});

t.test('a leak under the saw is found, however large the teeth', async (t) => {
  const { isPlateau, growthBytesPerHour } = judgePlateau(
    saw((minute) => (110 + minute / 20) * MB),
    MINUTE_MS,
  );
  t.notOk(isPlateau);
  t.ok(Math.abs(growthBytesPerHour - 3 * MB) < 0.3 * MB, `${growthBytesPerHour} of 3 MB an hour`);
});

t.test('of too short a run nothing is said', async (t) => {
  t.notOk(
    judgePlateau(
      saw(() => 110 * MB, 30),
      MINUTE_MS,
    ).isPlateau,
  );
});
