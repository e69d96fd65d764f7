import t from 'tap';
import {
  bytes,
  cutPercent,
  dateText,
  duration,
  percent,
  relative,
  serviceHours,
  weekdayName,
} from '../../../dashboard/words/format.ts';

t.test('bytes', async (t) => {
  const f = (value: number, want: string) => t.equal(bytes(value), want);
  f(0, '0 B');
  f(1023, '1,023 B');
  f(4_402_341_479, '4.1 GB');
  f(100 * 1024 ** 3, '100 GB');
  f(1024 ** 4 * 1.99, '1.9 TB');
});

t.test('ratios; availability is never rounded up', async (t) => {
  t.equal(percent(0.5), '50%');
  t.equal(percent(0.041), '4.1%');
  t.equal(percent(0), '0%');
  t.equal(cutPercent('0.99999'), '99.999%');
  t.equal(cutPercent('0.999'), '99.9%');
  t.equal(cutPercent('0.998999'), '99.8999%');
  t.equal(cutPercent('0.00000'), '0.000%');
  t.equal(cutPercent('1.00000'), '100%', 'only a whole');
});

t.test('service hours are never days', async (t) => {
  t.equal(serviceHours(24 * 3_600_000), '24h');
  t.equal(serviceHours(30.5 * 3_600_000), '30h 30m');
  t.equal(serviceHours(15 * 60_000), '15m');
});

t.test('durations in their two largest units', async (t) => {
  const f = (seconds: number, want: string) => t.equal(duration(seconds * 1000), want, `${seconds} s`);
  f(0, '0s');
  f(59.9, '59s');
  f(60, '1m');
  f(3725, '1h 2m');
  f(86_400 * 3 + 3600, '3d 1h');
  f(-5, '0s');
  t.equal(duration(90_061_000, 4), '1d 1h 1m 1s', 'or in as many as asked for');
});

t.test('dates are dates wherever the browser stands', async (t) => {
  t.match(dateText('2026-12-25'), /Fri.*25.*2026/);
  t.equal(weekdayName(1), 'Mon');
  t.equal(weekdayName(7, 'long'), 'Sunday');
});

t.test('how long ago', async (t) => {
  t.equal(relative(0, 12 * 60_000), '12m ago');
  t.equal(relative(0, 0), '0s ago');
  t.equal(relative(40_000, 0), 'in 40s');
});
