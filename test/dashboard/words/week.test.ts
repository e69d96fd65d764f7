import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  clockOf,
  drawHours,
  drawnInterval,
  effectiveCalendar,
  hoursFault,
  hoursOf,
  isSaturday,
  mergeExceptions,
  minutesOf,
  nextSaturday,
  readClock,
  weekMinutes,
  weekRuns,
  withHours,
} from '../../../dashboard/words/week.ts';
import { holds } from '../../support/property.ts';

const office = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '17:00' }));

t.test('times of day are read as people type them', async (t) => {
  for (const [typed, want] of [
    ['8', '08:00'],
    ['8:30', '08:30'],
    ['830', '08:30'],
    ['17.00', '17:00'],
    ['24', '24:00'],
    [' 0:05 ', '00:05'],
    ['24:01', null],
    ['7:60', null],
    ['noon', null],
    ['', null],
  ] as const)
    t.equal(readClock(typed), want, typed);
});

t.test('a drawn interval snaps to quarters, stays within the day and is never empty', async (t) => {
  t.same(drawnInterval(8 / 24, 17 / 24), { from: '08:00', to: '17:00' });
  t.same(drawnInterval(17 / 24, 8 / 24), { from: '08:00', to: '17:00' }, 'in either direction');
  t.same(drawnInterval(0.5, 0.5), { from: '12:00', to: '12:15' });
  t.same(drawnInterval(1, 1), { from: '23:45', to: '24:00' });
  const share = fc.double({ min: -0.5, max: 1.5, noNaN: true });
  await holds(
    t,
    fc.property(share, share, (a, b) => {
      const { from, to } = drawnInterval(a, b);
      assert.ok(minutesOf(from) >= 0 && minutesOf(from) < minutesOf(to) && minutesOf(to) <= 1440);
      assert.equal(clockOf(minutesOf(from)), from);
    }),
  );
});

t.test('what is drawn over hours joins them', async (t) => {
  const split = [
    { from: '08:00', to: '12:00' },
    { from: '13:00', to: '17:00' },
  ];
  t.same(drawHours(split, { from: '12:00', to: '13:00' }), [{ from: '08:00', to: '17:00' }]);
  t.same(drawHours(split, { from: '09:00', to: '10:00' }), split);
  t.equal(drawHours(split, { from: '18:00', to: '19:00' }).length, 3);
});

t.test('the week: hours of a day replaced, minutes and runs', async (t) => {
  t.equal(weekMinutes(office), 45 * 60);
  t.equal(weekMinutes([...office, { weekday: 1, from: '16:00', to: '18:00' }]), 46 * 60, 'overlaps count once');
  const saturday = withHours(office, 6, [{ from: '09:00', to: '12:00' }]);
  t.same(hoursOf(saturday, 6), [{ from: '09:00', to: '12:00' }]);
  t.same(
    weekRuns(saturday).map(({ from, to }) => [from, to]),
    [
      [1, 5],
      [6, 6],
    ],
  );
  t.same(
    weekRuns(withHours(office, 3, [])).map(({ from, to }) => [from, to]),
    [
      [1, 2],
      [4, 5],
    ],
    'a closed day parts a run',
  );
});

t.test('faults of hours are found', async (t) => {
  const hours = [
    { from: '08:00', to: '12:00' },
    { from: '11:00', to: '15:00' },
    { from: '15:00', to: '15:00' },
  ];
  t.same(
    hours.map((_, index) => hoursFault(hours, index)),
    ['overlap', 'overlap', 'inverted'],
  );
});

t.test('exceptions: one a date, the later given wins, by date', async (t) => {
  const merged = mergeExceptions(
    [{ date: '2026-12-25', name: 'Christmas', hours: [{ from: '08:00', to: '12:00' }] }],
    [
      { date: '2026-12-25', name: 'Navidad', hours: [] },
      { date: '2026-05-01', name: 'Labour Day', hours: [] },
    ],
  );
  t.same(
    merged.map(({ name }) => name),
    ['Labour Day', 'Navidad'],
  );
});

t.test('Saturdays that are worked have Friday’s hours, unless the week gives them their own', async (t) => {
  const calendar = { timeZone: 'UTC', weekly: office, exceptions: [] };
  const dutySaturdays = [{ date: '2026-10-10', person: 'Ann' }];
  const by = (saturday: boolean) => effectiveCalendar({ calendar, saturday, dutySaturdays });
  t.same(hoursOf(by(true).weekly, 6), [{ from: '08:00', to: '17:00' }]);
  t.same(hoursOf(by(false).weekly, 6), []);
  t.same(by(false).exceptions, [{ date: '2026-10-10', name: 'Ann', hours: [{ from: '08:00', to: '17:00' }] }]);
  t.same([isSaturday('2026-10-10'), isSaturday('2026-10-11'), isSaturday('')], [true, false, false]);
  t.same(
    [nextSaturday('2026-10-06', false), nextSaturday('2026-10-10', false), nextSaturday('2026-10-10', true)],
    ['2026-10-10', '2026-10-10', '2026-10-17'],
  );
  const own = { ...calendar, weekly: withHours(office, 6, [{ from: '09:00', to: '12:00' }]) };
  t.same(hoursOf(effectiveCalendar({ calendar: own, saturday: true, dutySaturdays }).weekly, 6), [
    { from: '09:00', to: '12:00' },
  ]);
});
