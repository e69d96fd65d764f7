import t from 'tap';
import { heldLevels } from '../../../../server/domain/forecast/alarms.ts';
import { type FillMemory, freshMemory, noteLevel } from '../../../../server/domain/forecast/fill-memory.ts';
import type { Outlook } from '../../../../server/domain/forecast/forecast.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 2, 2);
const { forecast: settings } = defaultSettings;
const known = { bytesPerHour: 1, count: 72, quality: 1, spanMs: 6 * HOUR_MS };
const full = (leadHours: number, spanMs = 6 * HOUR_MS): Outlook => {
  const leadMs = leadHours * HOUR_MS;
  return { ...known, kind: 'full', basis: 'hours', fullAt: START, leadMs, availableBytes: 1, spanMs };
};
const quiet: Outlook = { ...known, kind: 'none', reason: 'steady', earlierLowBytes: null, nextReset: null };

/** Days of levels in thousandths, by the hour, then an alarm; what is held so many hours later, at these levels. */
function held(before: readonly number[], alarm: Outlook, after: readonly number[]): string {
  const memory: FillMemory = freshMemory(START, before[0] ?? 0, 1000);
  before.forEach((level, hour) => void noteLevel(memory, START + hour * HOUR_MS, level, 1000));
  let now = START + (before.length - 1) * HOUR_MS;
  heldLevels(memory, alarm, now, settings, (before.at(-1) ?? 0) / 1000);
  let isHeld: boolean[] = [];
  for (const level of after) {
    now += HOUR_MS;
    noteLevel(memory, now, level, 1000);
    isHeld = heldLevels(memory, quiet, now, settings, level / 1000);
  }
  return isHeld.map((one) => (one ? 'held' : 'over')).join(' ');
}

const hours = (count: number, levelAt: (hour: number) => number): number[] =>
  Array.from({ length: count }, (_, hour) => levelAt(hour));

t.test('a burst is over when it stops, a leak when it is cured', async (t) => {
  const flat = hours(72, () => 500);
  t.equal(held(flat, full(2, HOUR_MS), [480]), 'over over', 'a burst on a quiet disk');
  const leak = hours(96, (hour) => 900 - 6 * hour);
  t.equal(held(leak, full(10), [330]), 'held held', 'it rests');
  t.equal(held(leak, full(60), [330]), 'over held', 'the level that was told alone');
  t.equal(held(leak, full(10), [330, 700]), 'over over', 'emptied');
  const rests = (count: number) =>
    held(
      leak,
      full(10),
      hours(count, () => 330),
    );
  t.equal(rests(79), 'held held', 'a weekend');
  t.equal(rests(80), 'over over', 'longer than that');
});

t.test('a tooth that is emptied as on other days cures nothing', async (t) => {
  const tooth = hours(95, (hour) => 800 - 10 * (hour % 24) - hour);
  t.equal(
    held(
      tooth,
      full(10),
      hours(6, (hour) => 800 - 96 - 11 * hour),
    ),
    'held held',
  );
  t.equal(held(tooth, full(10), [900]), 'over over', 'more than the day before');
});
