import fc from 'fast-check';
import t from 'tap';
import type { Calendar } from '../../../../protocol/api/contract.ts';
import { minutesOf, openIntervals, openMsBetween } from '../../../../server/domain/sla/calendar.ts';
import { tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { holds } from '../../../support/property.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const newYork = 'America/New_York';
const at = (local: string, zone = newYork): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
const onSundays = (from: string, to: string, timeZone = newYork): Calendar => ({
  timeZone,
  weekly: [{ weekday: 7, from, to }],
  exceptions: [],
});
const hoursOn = (calendar: Calendar, from: string, to: string): number =>
  openMsBetween(calendar, at(from, calendar.timeZone), at(to, calendar.timeZone)) / HOUR;

t.test('what a clock change does to open hours', (t) => {
  const spring = (from: string, to: string) => hoursOn(onSundays(from, to), '2026-03-08T00:00', '2026-03-09T00:00');
  t.equal(spring('00:00', '24:00'), 23, 'a day of 23 hours');
  t.equal(spring('02:00', '03:00'), 0, 'the hour that is skipped');
  t.equal(spring('02:00', '02:30'), 0, 'a part of it');
  t.equal(spring('01:00', '04:00'), 2, 'around it');
  t.equal(spring('02:30', '05:00'), 2, 'from inside of it');
  const autumn = (from: string, to: string) => hoursOn(onSundays(from, to), '2026-11-01T00:00', '2026-11-02T00:00');
  t.equal(autumn('00:00', '24:00'), 25, 'a day of 25 hours');
  t.equal(autumn('01:00', '02:00'), 2, 'the hour that comes twice');
  t.equal(autumn('01:00', '01:30'), 1, 'its first half comes twice');
  t.equal(autumn('00:00', '01:30'), 2, 'into it');
  t.equal(autumn('08:00', '17:00'), 9, 'an ordinary working day');
  const samoa = onSundays('00:00', '24:00', 'Pacific/Apia');
  const friday = { ...samoa, weekly: [{ weekday: 5, from: '00:00', to: '24:00' }] };
  t.equal(hoursOn(friday, '2011-12-29T00:00', '2012-01-01T00:00'), 0, 'Friday 30 December 2011 never was in Samoa');
  t.end();
});

t.test('an exception wins over its weekday, and keeps its name', (t) => {
  const { calendar } = tierTerms('standard', { timeZone: 'America/Costa_Rica', startsOn: '2026-01-01' });
  const exceptions = [
    { date: '2026-12-24', name: 'Christmas Eve', hours: [{ from: '08:00', to: '12:00' }] },
    { date: '2026-12-25', name: 'Christmas', hours: [] },
    {
      date: '2026-12-26',
      name: 'Stocktaking',
      hours: [
        { from: '13:00', to: '14:00' },
        { from: '09:00', to: '10:00' },
      ],
    },
  ];
  const found = openIntervals(
    { ...calendar, exceptions },
    at('2026-12-23T16:00', calendar.timeZone),
    at('2026-12-28T09:00', calendar.timeZone),
  );
  t.same(
    found.map(({ label, start, end }) => `${label} ${(end - start) / HOUR} h`),
    [
      'Wed 08:00-17:00 1 h',
      'Thu 08:00-12:00 (Christmas Eve) 4 h',
      'Sat 09:00-10:00 (Stocktaking) 1 h',
      'Sat 13:00-14:00 (Stocktaking) 1 h',
      'Mon 08:00-17:00 1 h',
    ],
  );
  t.end();
});

t.test('a range is half-open, and an empty one holds nothing', (t) => {
  const { calendar } = tierTerms('standard', { timeZone: 'UTC', startsOn: '2026-01-01' });
  const opens = at('2026-10-05T08:00', 'UTC');
  t.equal(openMsBetween(calendar, opens - 1, opens), 0);
  t.equal(openMsBetween(calendar, opens, opens + 1), 1);
  t.equal(openMsBetween(calendar, opens + 9 * HOUR - 1, opens + 10 * HOUR), 1);
  t.same(openIntervals(calendar, opens, opens), []);
  t.same(openIntervals(calendar, opens + 2 * HOUR, opens + HOUR), [], 'an inverted one as well');
  t.end();
});

/** Half hours, so that minutes decide exactly; the zones have whole and half hours, clock changes and none. */
const zones = [
  newYork,
  'America/Costa_Rica',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Europe/Madrid',
  'Africa/Casablanca',
];
const time = (halfHours: number): string => {
  const minutes = halfHours * 30;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};
const anyCalendar: fc.Arbitrary<Calendar> = fc
  .record({
    timeZone: fc.constantFrom(...zones),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    bounds: fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 24, max: 48 })),
  })
  .map(({ timeZone, days, bounds: [from, to] }) => ({
    timeZone,
    weekly: days.map((weekday) => ({ weekday, from: time(from), to: time(to) })),
    exceptions: [],
  }));

t.test('an instant is open if, and only if, the wall clock shows a time inside the hours', (t) => {
  const isOpen = ({ timeZone, weekly }: Calendar, ms: number): boolean => {
    const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
    const minute = local.hour * 60 + local.minute;
    return weekly.some(
      ({ weekday, from, to }) => weekday === local.dayOfWeek && minutesOf(from) <= minute && minute < minutesOf(to),
    );
  };
  holds(
    t,
    fc.property(anyCalendar, fc.integer({ min: 0, max: 365 * 24 }), (calendar, hour) => {
      const from = Date.UTC(2026, 0, 1) + hour * HOUR;
      const steps = 48 * 4;
      let expected = 0;
      for (let step = 0; step < steps; step += 1)
        if (isOpen(calendar, from + step * 15 * MINUTE)) expected += 15 * MINUTE;
      return openMsBetween(calendar, from, from + steps * 15 * MINUTE) === expected;
    }),
    { numRuns: 150 },
  );
  t.end();
});

t.test('a range split anywhere has the same open time', (t) => {
  holds(
    t,
    fc.property(anyCalendar, fc.nat(30 * 24 * HOUR), fc.nat(30 * 24 * HOUR), (calendar, a, b) => {
      const from = Date.UTC(2026, 2, 1);
      const [middle, to] = [from + Math.min(a, b), from + Math.max(a, b)];
      const split = openMsBetween(calendar, from, middle) + openMsBetween(calendar, middle, to);
      return split === openMsBetween(calendar, from, to);
    }),
  );
  t.end();
});
