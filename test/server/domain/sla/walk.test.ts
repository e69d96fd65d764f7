import fc from 'fast-check';
import t from 'tap';
import type { Calendar } from '../../../../protocol/api/contract.ts';
import { openMsBetween } from '../../../../server/domain/sla/calendar.ts';
import { type Pause, spentAt, walkForward } from '../../../../server/domain/sla/walk.ts';
import { holds } from '../../../support/property.ts';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 9, 28);
const zones = ['America/New_York', 'America/Costa_Rica', 'Europe/Madrid', 'Asia/Kolkata'];

const calendars: fc.Arbitrary<Calendar> = fc
  .record({
    timeZone: fc.constantFrom(...zones),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    closed: fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 4 }),
  })
  .map(({ timeZone, weekdays, closed }) => ({
    timeZone,
    weekly: weekdays.flatMap((weekday) => [
      { weekday, from: '08:00', to: '12:00' },
      { weekday, from: '13:00', to: '17:30' },
    ]),
    exceptions: closed.map((day) => ({
      date: `2026-11-${String(day).padStart(2, '0')}`,
      name: `Day ${day}`,
      hours: [],
    })),
  }));

const pausesOf = (gaps: readonly [number, number][]): Pause[] => {
  let at = start;
  return gaps.map(([beforeMs, lengthMs]) => {
    const from = at + beforeMs;
    at = from + lengthMs;
    return { from, to: at, reason: 'r' };
  });
};
const pauses = fc
  .array(fc.tuple(fc.nat(20 * HOUR), fc.integer({ min: 1, max: 60 * HOUR })), { maxLength: 5 })
  .map(pausesOf);
const target = fc.integer({ min: 1, max: 60 * HOUR });
const offset = fc.nat(14 * 24 * HOUR);

t.test('the open, unpaused time until the due time is the target, exactly', (t) => {
  holds(
    t,
    fc.property(calendars, offset, target, pauses, (calendar, offsetMs, targetMs, waits) => {
      const from = start + offsetMs;
      const { dueAt, stretches } = walkForward(calendar, from, targetMs, waits);
      if (dueAt === null) return false;
      const paused = waits.reduce(
        (sum, wait) => sum + openMsBetween(calendar, Math.max(from, wait.from), Math.min(dueAt, wait.to ?? dueAt)),
        0,
      );
      const spent = stretches.reduce((sum, { businessMs }) => sum + businessMs, 0);
      return openMsBetween(calendar, from, dueAt) - paused === targetMs && spent === targetMs;
    }),
  );
  t.end();
});

t.test('the stretches are a partition of the way, and only open ones count', (t) => {
  holds(
    t,
    fc.property(calendars, offset, target, pauses, (calendar, offsetMs, targetMs, waits) => {
      const { dueAt, stretches } = walkForward(calendar, start + offsetMs, targetMs, waits);
      const touch = stretches.every(({ from, to }, index) => from < to && (stretches[index + 1]?.from ?? dueAt) === to);
      const counted = stretches.every(
        ({ kind, from, to, businessMs }) => businessMs === (kind === 'open' ? to - from : 0),
      );
      return touch && counted && stretches[0]?.from === start + offsetMs;
    }),
  );
  t.end();
});

t.test('a pause never makes anything due earlier, and a longer one never earlier than a shorter', (t) => {
  holds(
    t,
    fc.property(calendars, target, pauses, fc.nat(10 * HOUR), (calendar, targetMs, waits, moreMs) => {
      const without = walkForward(calendar, start, targetMs).dueAt ?? Number.NaN;
      const paused = walkForward(calendar, start, targetMs, waits).dueAt ?? Number.NaN;
      const longer = waits.map((wait, index) =>
        index === waits.length - 1 ? { ...wait, to: (wait.to ?? 0) + moreMs } : wait,
      );
      return without <= paused && paused <= (walkForward(calendar, start, targetMs, longer).dueAt ?? Number.NaN);
    }),
  );
  t.end();
});

t.test('a part of the way is spent when a shorter walk would be due', (t) => {
  holds(
    t,
    fc.property(
      calendars,
      offset,
      target,
      pauses,
      fc.integer({ min: 1, max: 100 }),
      (calendar, offsetMs, targetMs, waits, percent) => {
        const partMs = Math.ceil((targetMs * percent) / 100);
        const { stretches } = walkForward(calendar, start + offsetMs, targetMs, waits);
        return spentAt(stretches, partMs) === walkForward(calendar, start + offsetMs, partMs, waits).dueAt;
      },
    ),
  );
  t.end();
});

t.test('more time or a later start is never due earlier', (t) => {
  holds(
    t,
    fc.property(calendars, target, target, fc.nat(100 * HOUR), (calendar, a, b, laterMs) => {
      const due = (from: number, ms: number) => walkForward(calendar, from, ms).dueAt ?? Number.NaN;
      return due(start, Math.min(a, b)) <= due(start, Math.max(a, b)) && due(start, a) <= due(start + laterMs, a);
    }),
  );
  t.end();
});

t.test('nothing is due while a pause goes on, nor in hours that never suffice', (t) => {
  const once = { date: '2026-11-03', name: 'Once', hours: [{ from: '08:00', to: '09:00' }] };
  const calendar = { timeZone: 'UTC', weekly: [], exceptions: [once] };
  t.equal(walkForward(calendar, start, HOUR).dueAt, Date.UTC(2026, 10, 3, 9));
  t.equal(walkForward(calendar, start, HOUR + 1).dueAt, null, 'it ends, although the hours never come');
  const waiting = [{ from: Date.UTC(2026, 10, 3, 8, 30), to: null, reason: 'no access' }];
  const { dueAt, stretches } = walkForward(calendar, start, HOUR, waiting);
  t.equal(dueAt, null);
  t.match(stretches.at(-1), { kind: 'open', to: Date.UTC(2026, 10, 3, 8, 30), businessMs: HOUR / 2 });
  t.equal(
    walkForward(calendar, start, HOUR / 2, waiting).dueAt,
    Date.UTC(2026, 10, 3, 8, 30),
    'spent before it begins',
  );
  t.end();
});
