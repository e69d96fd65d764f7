import fc from 'fast-check';
import t from 'tap';
import {
  allOpen,
  closedMs,
  isClosedOn,
  neverClosed,
  openTimeOf,
} from '../../../../server/domain/recovery/open-time.ts';
import { indexOf, zoneDay, zoneDayAt } from '../../../../server/domain/recovery/zone-days.ts';
import { holds } from '../../../support/property.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'America/Sao_Paulo'];

t.test('dates are those of the zone, whatever it is', async (t) => {
  const f = (timeZone: string, date: string, hours: number) => {
    const { start, end, weekday } = zoneDay(timeZone, indexOf(date));
    t.equal((end - start) / HOUR, hours, `${date} in ${timeZone}`);
    t.equal(weekday, Temporal.PlainDate.from(date).dayOfWeek);
    t.equal(zoneDayAt(timeZone, start).index, indexOf(date));
    t.equal(zoneDayAt(timeZone, end - 1).index, indexOf(date));
  };
  f('America/New_York', '2026-03-08', 23);
  f('America/New_York', '2026-11-01', 25);
  f('Australia/Lord_Howe', '2026-04-05', 24.5);
  f('Asia/Kathmandu', '2026-06-01', 24);
  f('UTC', '1969-12-28', 24);
  t.throws(() => zoneDay('Mars/Olympus', 0), RangeError);
});

t.test('the line of open time, by looking at every quarter of an hour', async (t) => {
  const from = Date.UTC(2026, 2, 1);
  const days = 45;
  const closed = fc.record({
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 6 }),
    dates: fc.uniqueArray(
      fc.nat(days).map((n) => Temporal.PlainDate.from('2026-03-01').add({ days: n }).toString()),
      { maxLength: 5 },
    ),
  });
  holds(
    t,
    fc.property(fc.constantFrom(...zones), closed, (timeZone, closedDays) => {
      const open = openTimeOf(closedDays, timeZone, from, from + days * DAY);
      let counted = open.toOpen(from);
      for (let at = from; at < from + days * DAY; at += 15 * MINUTE) {
        if (open.toOpen(at) !== counted) throw new Error(`${new Date(at).toISOString()} ${open.toOpen(at)} ${counted}`);
        const isClosed = isClosedOn(closedDays, zoneDayAt(timeZone, at));
        const back = open.toWall(counted);
        if (isClosed ? back <= at : back !== at) throw new Error(`back at ${new Date(at).toISOString()}`);
        if (!isClosed) counted += 15 * MINUTE;
      }
    }),
    { numRuns: 40 },
  );
});

t.test('where nothing is closed it is the line of instants', async (t) => {
  t.equal(openTimeOf(neverClosed, 'UTC', 0, DAY), allOpen);
  t.equal(openTimeOf({ weekdays: [], dates: ['2030-01-01'] }, 'UTC', 0, DAY), allOpen, 'none of its days comes');
  t.equal(allOpen.toWall(5), 5);
  t.equal(closedMs(allOpen, 0, DAY), 0);
  const open = openTimeOf({ weekdays: [6, 7], dates: [] }, 'UTC', Date.UTC(2026, 0, 5), Date.UTC(2026, 1, 2));
  t.equal(closedMs(open, Date.UTC(2026, 0, 5), Date.UTC(2026, 1, 2)), 8 * DAY);
  t.throws(() => openTimeOf({ weekdays: [], dates: ['2026-02-30'] }, 'UTC', 0, DAY), RangeError);
});
