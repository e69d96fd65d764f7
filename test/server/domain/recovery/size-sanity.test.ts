import fc from 'fast-check';
import t from 'tap';
import type { RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { judgeSize } from '../../../../server/domain/recovery/size-sanity.ts';
import { holds } from '../../../support/property.ts';
import { BASE, point } from '../../../support/recovery.ts';

const DAY = 86_400_000;
const today = BASE + 100 * DAY;
/** One a day, the last one yesterday. */
const daily = (sizes: readonly (number | null)[], over: Partial<RecoveryPoint> = {}): RecoveryPoint[] =>
  sizes.map((sizeBytes, index) => point({ startedAt: today - (sizes.length - index) * DAY, sizeBytes, ...over }));

t.test('a backup beside the last ones', async (t) => {
  const f = (what: string, sizes: RecoveryPoint[], sizeBytes: number | null, want: string, usualBytes: number | null) =>
    t.match(judgeSize({ startedAt: today, sizeBytes, kind: 'full' }, sizes), { verdict: want, usualBytes }, what);
  f('as ever', daily([100, 101, 102]), 103, 'plausible', 101);
  f('half of it', daily([100, 100, 100]), 50, 'plausible', 100);
  f('less', daily([100, 100, 100]), 49, 'shrunken', 100);
  f('nothing', daily([100, 100, 100]), 0, 'empty', 100);
  f('nothing, and nothing to compare it with', [], 0, 'empty', null);
  f('two are too few to tell', daily([100, 100]), 1, 'plausible', null);
  f('its size is not known', daily([100, 100, 100]), null, 'unknown', 100);
  f('its size is no number', daily([100, 100, 100]), Number.NaN, 'unknown', 100);
  f('the last seven count', daily([1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9]), 4, 'shrunken', 9);
  f('one outlier is no measure', daily([100, 100, 900, 100]), 60, 'plausible', 100);
  f('what failed is no measure', daily([9, 9, 9, 9], { completeness: 'failed' }), 1, 'plausible', null);
  f('what had shrunk is none', daily([9, 9, 9, 9], { completeness: 'unknown' }), 1, 'plausible', null);
  f('what was merely seen is one', daily([9, 9, 9], { completeness: 'seen' }), 1, 'shrunken', 9);
  f('what was empty is none', daily([0, 0, 0, 0]), 1, 'plausible', null);
  f('what has no size is none', daily([null, null, 8, 8, 8]), 1, 'shrunken', 8);
  f(
    'what came later is none',
    daily([9, 9, 9]).map((one) => ({ ...one, startedAt: one.startedAt + 9 * DAY, seenAt: today + 9 * DAY })),
    1,
    'plausible',
    null,
  );
});

t.test('what a log holds says nothing of the next', async (t) => {
  const logs = daily([100, 100, 100], { kind: 'log' });
  t.equal(judgeSize({ startedAt: today, sizeBytes: 0, kind: 'log' }, logs).verdict, 'plausible');
  t.equal(judgeSize({ startedAt: today, sizeBytes: 1, kind: 'full' }, logs).verdict, 'plausible', 'nor of a full one');
});

t.test('what somebody has looked at is the measure from then on', async (t) => {
  const before = daily([100, 100, 100, 40, 40]);
  t.match(judgeSize({ startedAt: today, sizeBytes: 40, kind: 'full' }, before), {
    verdict: 'shrunken',
    said: { key: 'recovery.size.shrunken', params: { size: 40, usual: 100 } },
  });
  t.equal(judgeSize({ startedAt: today, sizeBytes: 40, kind: 'full' }, before, today - 2 * DAY).verdict, 'plausible');
});

t.test('the order in which the others are known is irrelevant', async (t) => {
  holds(
    t,
    fc.property(fc.array(fc.option(fc.nat(100)), { maxLength: 12 }), fc.nat(100), (sizes, sizeBytes) => {
      const f = (before: RecoveryPoint[]) =>
        JSON.stringify(judgeSize({ startedAt: today, sizeBytes, kind: 'full' }, before));
      return f(daily(sizes)) === f(daily(sizes).reverse());
    }),
  );
});
