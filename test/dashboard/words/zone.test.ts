import t from 'tap';
import { addDays, dateIn, startOfDateIn, weekdayOf } from '../../../dashboard/words/zone.ts';

t.test('a date begins at midnight of its own zone, also where the clocks change', async (t) => {
  const at = (zone: string, date: string) => new Date(startOfDateIn(zone, date)).toISOString();
  t.equal(at('America/Costa_Rica', '2026-10-02'), '2026-10-02T06:00:00.000Z');
  t.equal(at('UTC', '2026-10-02'), '2026-10-02T00:00:00.000Z');
  t.equal(at('America/New_York', '2026-03-08'), '2026-03-08T05:00:00.000Z');
  t.equal(at('America/New_York', '2026-03-09'), '2026-03-09T04:00:00.000Z', 'that day had 23 h');
  t.equal(at('America/New_York', '2026-11-02'), '2026-11-02T05:00:00.000Z', 'the day before had 25 h');
  t.equal(at('America/Santiago', '2026-09-06'), '2026-09-06T04:00:00.000Z', 'midnight itself is skipped');
  t.equal(at('Pacific/Kiritimati', '2026-01-01'), '2025-12-31T10:00:00.000Z');
});

t.test('dates on a wall elsewhere', async (t) => {
  const atMs = Date.parse('2026-10-02T03:00:00Z');
  t.equal(dateIn('America/Costa_Rica', atMs), '2026-10-01');
  t.equal(dateIn('Asia/Tokyo', atMs), '2026-10-02');
  t.equal(addDays('2026-02-28', 1), '2026-03-01');
  t.equal(weekdayOf('2026-10-04'), 7);
  t.equal(weekdayOf('2026-10-05'), 1);
});
