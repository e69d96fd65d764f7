import t from 'tap';
import { availabilityPercent, bytes, duration, percent, relative } from '../../dashboard/format.ts';

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
  t.equal(availabilityPercent(0.999996), '99.999%');
  t.equal(availabilityPercent(0.99999999), '99.999%');
  t.equal(availabilityPercent(1), '100.000%');
});

t.test('durations in their two largest units', async (t) => {
  const f = (seconds: number, want: string) => t.equal(duration(seconds * 1000), want, `${seconds} s`);
  f(0, '0s');
  f(59.9, '59s');
  f(60, '1m');
  f(3725, '1h 2m');
  f(86_400 * 3 + 3600, '3d 1h');
  f(-5, '0s');
});

t.test('how long ago', async (t) => {
  t.equal(relative(0, 12 * 60_000), '12m ago');
  t.equal(relative(0, 0), '0s ago');
  t.equal(relative(40_000, 0), 'in 40s');
});
