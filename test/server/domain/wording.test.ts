import t from 'tap';
import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatRatio,
  formatServiceHours,
} from '../../../server/domain/wording.ts';

t.test('formatBytes', async (t) => {
  const f = (bytes: number, want: string) => t.equal(formatBytes(bytes), want);
  f(0, '0 B');
  f(1023, '1023 B');
  f(1024, '1.0 KB');
  f(1024 ** 2 - 1, '1023 KB');
  f(99.99 * 1024 ** 2, '99.9 MB');
  f(100 * 1024 ** 2, '100 MB');
  f(4_400_000_000, '4.0 GB');
  f(5 * 1024 ** 3, '5.0 GB');
  f(3 * 1024 ** 5, '3.0 PB');
  f(5_000 * 1024 ** 5, '5000 PB');
});

t.test('formatRatio never rounds up', async (t) => {
  const f = (ratio: number, want: string) => t.equal(formatRatio(ratio), want);
  f(0, '0.0 %');
  f(0.0499, '4.9 %');
  f(0.04999999, '4.9 %');
  f(0.05, '5.0 %');
  f(0.999_999, '99.9 %');
  f(1, '100.0 %');
  f(0.29, '29.0 %');
});

t.test('service hours stay hours: a day of work has no 24 of them', async (t) => {
  const f = (minutes: number, want: string) => t.equal(formatServiceHours(minutes * 60_000), want);
  f(24 * 60, '24 h');
  f(100 * 60 + 30, '100 h 30 min');
  f(8 * 60, '8 h');
  f(15, '15 min');
});

t.test('formatDuration shows the two largest units, rounded down', async (t) => {
  const f = (durationMs: number, want: string) => t.equal(formatDuration(durationMs), want);
  f(0, '0 ms');
  f(999, '999 ms');
  f(999.9, '999 ms');
  f(-5, '0 ms');
  f(1_000, '1 s');
  f(61_999, '1 min 1 s');
  f(60_000, '1 min');
  f(3_600_000, '1 h');
  f(3_601_000, '1 h');
  f(5_430_000, '1 h 30 min');
  f(86_400_000, '1 d');
  f(90_000_000, '1 d 1 h');
  f(400 * 86_400_000, '400 d');
});

t.test('formatInstant', async (t) => {
  t.equal(formatInstant(Date.UTC(2026, 1, 28, 23, 59, 59, 999)), '2026-02-28 23:59:59 UTC');
});
