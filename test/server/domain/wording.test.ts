import t from 'tap';
import { formatDuration, formatInstant } from '../../../server/domain/wording.ts';

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
