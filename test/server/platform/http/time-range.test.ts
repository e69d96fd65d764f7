import t from 'tap';
import { parseStep, parseTimeRange } from '../../../../server/platform/http/time-range.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const hour = 3_600_000;

t.test('ranges', (t) => {
  const f = (from: string | undefined, to: string | undefined, want: [number, number]) => {
    const range = parseTimeRange({ ...(from && { from }), ...(to && { to }) }, now);
    t.strictSame([range.fromMs - now, range.toMs - now], want, `${from} .. ${to}`);
  };
  f(undefined, undefined, [-hour, 0]);
  f('2026-03-01T10:00:00Z', undefined, [-2 * hour, 0]);
  f('2026-03-01T10:00:00.5+01:00', '2026-03-01T12:00:00Z', [-3 * hour + 500, 0]);
  f(String(now - 5), String(now + 5), [-5, 5]);
  f(undefined, '2026-03-01T10:00:00Z', [-3 * hour, -2 * hour]);
  t.end();
});

t.test('malformed times get a sentence that names the parameter', (t) => {
  const f = (from: string) =>
    t.throws(
      () => parseTimeRange({ from }, now),
      { code: 'validation_failed', message: /"from" must be a time such as/ },
      from,
    );
  for (const text of ['', 'yesterday', '2026-03-01', '2026-03-01T12:00:00', '2026-13-01T00:00:00Z', '-5', '1e99'])
    f(text);
  f('9'.repeat(15));
  f('-271821-04-20T00:00:00Z');
  t.throws(() => parseTimeRange({ from: String(now) }, now), { message: /"from" must be before "to"/ });
  t.end();
});

t.test('steps', (t) => {
  const range = (ms: number) => ({ fromMs: now - ms, toMs: now });
  const f = (text: string | undefined, rangeMs: number, want: number) =>
    t.equal(parseStep(text, range(rangeMs)), want, `${text} in ${rangeMs} ms`);
  f('60s', hour, 60_000);
  f('60000', hour, 60_000);
  f('500ms', 1_000_000, 500);
  f('5m', hour, 300_000);
  f('1d', 5 * 365 * 24 * hour, 86_400_000);
  f(undefined, hour, 10_000);
  f(undefined, 24 * hour, 300_000);
  f(undefined, 1000, 1000);
  f(undefined, 5 * 365 * 24 * hour, 5 * 86_400_000);
  for (const text of ['', '0', '0s', '-5s', '1.5s', '60 s', '1w', 'x', '1e9']) {
    t.throws(
      () => parseStep(text, range(hour)),
      { code: 'validation_failed', message: /"step" must be a duration/ },
      text,
    );
  }
  t.throws(() => parseStep('1s', range(2 * hour)), { code: 'range_too_large', message: /at least 2s/ });
  t.equal(parseStep('1800', range(hour)), 1800);
  t.end();
});
