import t from 'tap';
import { type Asked, requireAffordable } from '../../../../../server/platform/series/read/cost.ts';

const DAY = 86_400_000;
const asked: Asked = { rangeMs: 30 * DAY, stepMs: 10_000, metrics: 1, devices: 1, resolution: 'raw' };

t.test('a refusal says what was asked and what to narrow', async (t) => {
  const f = (rows: number, over: Partial<Asked>, want: string) =>
    t.throws(() => requireAffordable(rows, { ...asked, ...over }), { code: 'range_too_large', message: want });
  f(
    4_320_000,
    { metrics: 12 },
    'This would read about 51,800,000 readings of 12 metrics. Ask for at most 11 days, a step of at least 5 min or fewer metrics.',
  );
  f(
    40_000_000,
    { devices: 1_000, rangeMs: DAY, stepMs: 60_000 },
    'This would read about 40,000,000 readings of 1 metric and 1,000 machines. Ask for at most 6 h, a step of at least 5 min or fewer machines.',
  );
  f(
    90_000_000,
    { devices: 10_000, resolution: 'fiveMinute', stepMs: 300_000 },
    'This would read about 90,000,000 readings of 1 metric and 10,000 machines. Ask for at most 3 days, a step of at least 1 h or fewer machines.',
  );
  f(
    11e9,
    { resolution: 'hour', stepMs: DAY },
    'This would read about 11,000,000,000 readings of 1 metric. Ask for at most 39 min.',
  );
});

t.test('what can be paid is read', async (t) => {
  t.doesNotThrow(() => requireAffordable(10_000_000, asked));
  t.throws(() => requireAffordable(10_000_001, asked), { code: 'range_too_large' });
});
