import t from 'tap';
import { isMonth, monthAfter, monthGrid, monthOf } from '../../../../dashboard/features/maintenance/month-grid.ts';

const span = (from: string, to: string) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });

t.test('a month is whole weeks, Monday first', async (t) => {
  const f = (month: string, weeks: number, first: string, last: string) => {
    const days = monthGrid(month, []);
    t.equal(days.length, weeks * 7, month);
    t.equal(days[0]?.fromMs, new Date(`${first}T00:00`).getTime());
    t.equal(days.at(-1)?.fromMs, new Date(`${last}T00:00`).getTime());
    t.ok(days.every((day, index) => index === 0 || day.fromMs === days[index - 1]?.toMs));
  };
  f('2026-10', 5, '2026-09-28', '2026-11-01');
  f('2027-02', 4, '2027-02-01', '2027-02-28');
  f('2026-11', 6, '2026-10-26', '2026-12-06');
});

t.test('what spans midnight stands in both days, what ends at midnight in one', async (t) => {
  const over = span('2026-10-06T22:00', '2026-10-07T02:00');
  const until = span('2026-10-08T22:00', '2026-10-09T00:00');
  const days = monthGrid('2026-10', [over, until]).filter(({ items }) => items.length > 0);
  t.same(
    days.map(({ fromMs }) => new Date(fromMs).getDate()),
    [6, 7, 8],
  );
});

t.test('months follow one another over the year', async (t) => {
  t.equal(monthAfter('2026-12', 1), '2027-01');
  t.equal(monthAfter('2026-01', -1), '2025-12');
  t.equal(monthOf(new Date('2026-10-31T23:59').getTime()), '2026-10');
  t.same(['2026-10', '2026-13', 'now', null, '2026-1'].map(isMonth), [true, false, false, false, false]);
});
