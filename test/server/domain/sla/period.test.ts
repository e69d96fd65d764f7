import t from 'tap';
import { daysOf, periodOf } from '../../../../server/domain/sla/period.ts';

const at = (text: string) => Date.parse(text);
const minutes = ({ from, to }: { from: number; to: number }) => (to - from) / 60_000;

t.test('the length of a month is that of its zone', async (t) => {
  const newYork = 'America/New_York';
  t.equal(minutes(periodOf('this_month', newYork, at('2026-03-20T12:00:00Z'))), 44_580, 'March 2026');
  t.equal(minutes(periodOf('last_month', newYork, at('2026-12-05T12:00:00Z'))), 43_260, 'November 2026');
  t.equal(minutes(periodOf('this_month', 'America/Costa_Rica', at('2026-03-20T12:00:00Z'))), 44_640);
});

t.test('periods are cut at midnights of the zone', async (t) => {
  const f = (name: Parameters<typeof periodOf>[0], now: string, want: [string, string]) => {
    const { from, to } = periodOf(name, 'America/Costa_Rica', at(now));
    t.same([new Date(from).toISOString(), new Date(to).toISOString()], want, name);
  };
  // In Costa Rica it is still October.
  const now = '2026-11-01T05:59:59.999Z';
  f('this_month', now, ['2026-10-01T06:00:00.000Z', '2026-11-01T06:00:00.000Z']);
  f('last_month', now, ['2026-09-01T06:00:00.000Z', '2026-10-01T06:00:00.000Z']);
  f('rolling_30d', now, ['2026-10-02T05:59:59.999Z', now]);
  f('this_quarter', now, ['2026-10-01T06:00:00.000Z', '2027-01-01T06:00:00.000Z']);
  f('last_12_months', now, ['2025-11-01T06:00:00.000Z', '2026-11-01T06:00:00.000Z']);
  t.throws(() => periodOf('this_month', 'Mars/Olympus', 0), RangeError);
});

t.test('days of a strip: 23 and 25 hours where the clocks change', async (t) => {
  const days = daysOf(3, 'America/New_York', at('2026-03-09T12:00:00Z'));
  t.same(
    days.map((day) => `${day.date} ${minutes(day)}`),
    ['2026-03-07 1440', '2026-03-08 1380', '2026-03-09 1440'],
  );
  t.equal(minutes(daysOf(1, 'America/New_York', at('2026-11-01T12:00:00Z'))[0]!), 1500);
});
