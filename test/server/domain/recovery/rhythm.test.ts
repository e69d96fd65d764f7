import fc from 'fast-check';
import t from 'tap';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import { type ClosedDays, neverClosed } from '../../../../server/domain/recovery/open-time.ts';
import {
  dueAfter,
  median,
  nextDue,
  type Rhythm,
  timetable,
  usualGapMs,
} from '../../../../server/domain/recovery/rhythm.ts';
import { holds } from '../../../support/property.ts';

const HOUR = 3_600_000;
const cron = (text: string): Rhythm => ({ kind: 'cron', cron: readCron(text) });
const every = (hours: number): Rhythm => ({ kind: 'interval', everyMs: hours * HOUR });

/** The next few, as the zone shows them. */
function next(rhythm: Rhythm, zone: string, after: string, count: number, closed: ClosedDays = neverClosed): string[] {
  const from = Temporal.PlainDateTime.from(after).toZonedDateTime(zone).epochMilliseconds;
  return dueAfter(timetable(rhythm, zone, closed), from)
    .take(count)
    .map((at) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString().slice(5, 16),
    )
    .toArray();
}

t.test('when a backup is due after another', async (t) => {
  const f = (what: string, got: string[], want: string[]) => t.same(got, want, what);
  const weekend = { weekdays: [6, 7], dates: [] };
  f('each night', next(cron('0 22 * * *'), 'UTC', '2026-10-02T22:00', 2), ['10-03T22:00', '10-04T22:00']);
  f('one that began early', next(cron('0 22 * * *'), 'UTC', '2026-10-02T21:59', 1), ['10-02T22:00']);
  f('a weekend is closed', next(cron('0 22 * * *'), 'UTC', '2026-10-02T22:00', 2, weekend), [
    '10-05T22:00',
    '10-06T22:00',
  ]);
  const holiday = { weekdays: [6, 7], dates: ['2026-10-05'] };
  f('and a holiday', next(cron('0 22 * * *'), 'UTC', '2026-10-02T22:00', 1, holiday), ['10-06T22:00']);
  f('an interval', next(every(5), 'UTC', '2026-10-02T22:00', 2), ['10-03T03:00', '10-03T08:00']);
  f('counts on over a weekend', next(every(5), 'UTC', '2026-10-02T22:00', 2, weekend), ['10-05T00:00', '10-05T05:00']);
  f('the clocks go back', next(every(24), 'America/New_York', '2026-10-31T22:00', 1), ['11-01T21:00']);
  f('but not for a time of day', next(cron('0 22 * * *'), 'America/New_York', '2026-10-31T22:00', 1), ['11-01T22:00']);
  f('a leap day', next(cron('0 22 29 2 *'), 'UTC', '2026-10-02T22:00', 2), ['02-29T22:00', '02-29T22:00']);
});

t.test('what never comes is not sought for ever', async (t) => {
  const all = { weekdays: [1, 2, 3, 4, 5, 6, 7], dates: [] };
  const from = Date.UTC(2026, 9, 2);
  t.equal(nextDue(timetable(cron('0 22 * * *'), 'UTC', all), from), null);
  t.equal(nextDue(timetable(every(24), 'UTC', all), from), null);
  t.equal(nextDue(timetable(cron('0 22 * * *'), 'UTC'), from), from + 22 * HOUR);
  t.throws(() => nextDue(timetable(cron('0 22 * * *'), 'Mars/Olympus'), from), RangeError);
});

t.test('the usual gap is the median', async (t) => {
  t.equal(usualGapMs([0, 24, 48, 72, 200].map((hours) => hours * HOUR)), 24 * HOUR);
  t.equal(usualGapMs([48, 0, 24].map((hours) => hours * HOUR)), 24 * HOUR, 'in any order');
  t.equal(usualGapMs([5]), null);
  t.equal(median([3, 1]), 1, 'the lower of two');
  t.equal(median([]), null);
});

t.test('a short interval is not counted through years of closed days', async (t) => {
  const sunday = Temporal.PlainDate.from('2026-10-04');
  const dates = Array.from({ length: 400 }, (_, week) => sunday.add({ weeks: week }).toString());
  const closed = { weekdays: [1, 2, 3, 4, 5, 6], dates };
  const from = Date.UTC(2026, 9, 1);
  const startedAt = process.cpuUsage();
  const due = nextDue(timetable({ kind: 'interval', everyMs: 300_000 }, 'Europe/Madrid', closed), from);
  t.equal(due, sunday.add({ weeks: 400 }).toZonedDateTime('Europe/Madrid').epochMilliseconds);
  t.ok(process.cpuUsage(startedAt).user < 150_000, 'the judge asks this between two ticks');
});

t.test('closed days are left out of an interval wherever it comes to fall', async (t) => {
  const closed = { weekdays: [2, 6], dates: ['2026-10-25', '2026-10-26'] };
  await holds(
    t,
    fc.property(fc.integer({ min: 5, max: 4_000 }), fc.nat(30 * 24 * 60), (minutes, after) => {
      const from = Date.UTC(2026, 9, 1) + after * 60_000;
      const table = timetable({ kind: 'interval', everyMs: minutes * 60_000 }, 'Europe/Madrid', closed);
      const wanted: number[] = [];
      for (let at = from + minutes * 60_000; wanted.length < 20; at += minutes * 60_000) {
        const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Madrid').toPlainDate();
        if (!closed.weekdays.includes(date.dayOfWeek) && !closed.dates.includes(date.toString())) wanted.push(at);
      }
      t.strictSame(dueAfter(table, from).take(20).toArray(), wanted);
    }),
  );
});
