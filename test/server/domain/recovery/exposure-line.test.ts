import fc from 'fast-check';
import t from 'tap';
import { ExposureLine, type Trust } from '../../../../server/domain/recovery/exposure-line.ts';
import { openTimeOf } from '../../../../server/domain/recovery/open-time.ts';
import { holds } from '../../../support/property.ts';
import { anyPoint, anyPoints, BASE, newestBySearch, point } from '../../../support/recovery.ts';

const LENGTH = 40;
const trusts: readonly Trust[] = ['verified', 'complete', 'possible'];
const instants = Array.from({ length: 4 * LENGTH }, (_, ms) => BASE - LENGTH + ms);

t.test('the newest point that could be restored, at each ms of small worlds', async (t) => {
  holds(
    t,
    fc.property(anyPoints(LENGTH, 10), (points) => {
      for (const trust of trusts) {
        const line = ExposureLine.of(points, trust);
        for (const at of instants) {
          const want = newestBySearch(points, trust, at);
          if (line.newestAt(at) !== want)
            throw new Error(`${trust} at ${at - BASE}: ${line.newestAt(at)}, not ${want}`);
          const exposure = line.exposureAt(at);
          if (exposure !== (want === null ? Number.POSITIVE_INFINITY : at - want)) throw new Error('exposure');
        }
      }
    }),
    { numRuns: 300 },
  );
});

t.test('time within a target is what counting the ms says', async (t) => {
  const edge = fc.integer({ min: -LENGTH, max: 3 * LENGTH });
  holds(
    t,
    fc.property(anyPoints(LENGTH, 10), edge, edge, fc.nat(2 * LENGTH), (points, a, b, targetMs) => {
      const [from, to] = [BASE + Math.min(a, b), BASE + Math.max(a, b)];
      let want = 0;
      for (let ms = from; ms < to; ms += 1) {
        const newest = newestBySearch(points, 'complete', ms);
        // In the middle of the ms: a ms is within wholly or not at all.
        if (newest !== null && ms + 0.5 - newest <= targetMs) want += 1;
      }
      return ExposureLine.of(points).withinMs(from, to, targetMs) === want;
    }),
    { numRuns: 500 },
  );
});

t.test('order and duplicates of points change nothing', async (t) => {
  holds(
    t,
    fc.property(anyPoints(LENGTH), fc.infiniteStream(fc.nat()), (points, stream) => {
      const shuffled = [...points, ...points]
        .map((one) => ({ one, key: stream.next().value ?? 0 }))
        .sort((x, y) => x.key - y.key)
        .map(({ one }) => one);
      const [a, b] = [ExposureLine.of(points), ExposureLine.of(shuffled)];
      return instants.every((at) => a.newestAt(at) === b.newestAt(at)) && a.length === b.length;
    }),
  );
});

t.test('one point more never makes the exposure larger, nor the time within smaller', async (t) => {
  holds(
    t,
    fc.property(anyPoints(LENGTH), anyPoint(LENGTH), fc.nat(LENGTH), (points, more, targetMs) => {
      const [a, b] = [ExposureLine.of(points), ExposureLine.of([...points, more])];
      const within = (line: ExposureLine): number => line.withinMs(BASE, BASE + 2 * LENGTH, targetMs);
      return instants.every((at) => b.exposureAt(at) <= a.exposureAt(at)) && within(b) >= within(a);
    }),
  );
});

t.test('a point counts from its end, and until it is gone', async (t) => {
  const line = ExposureLine.of([
    point({ startedAt: BASE + 10, finishedAt: BASE + 30 }),
    point({ startedAt: BASE + 20, finishedAt: BASE + 25, goneAt: BASE + 40 }),
    point({ startedAt: BASE + 50, finishedAt: BASE + 60, goneAt: BASE + 60 }),
  ]);
  const f = (ms: number, want: number | null) =>
    t.equal(line.newestAt(BASE + ms), want === null ? null : BASE + want, `at ${ms}`);
  f(24, null);
  f(25, 20);
  f(39, 20);
  f(40, 10);
  f(60, 10);
  t.same(line.steps(BASE + 39), [{ at: BASE + 25, start: BASE + 20 }]);
  t.equal(ExposureLine.of([]).exposureAt(BASE), Number.POSITIVE_INFINITY);
  t.equal(ExposureLine.of([]).withinMs(BASE, BASE + 9, 5), 0);
  t.equal(line.withinMs(BASE + 9, BASE + 9, 5), 0, 'an empty period');
});

t.test('on closed days exposure stands still', async (t) => {
  const HOUR = 3_600_000;
  const friday = Date.UTC(2026, 0, 9, 22);
  const open = openTimeOf({ weekdays: [6, 7], dates: [] }, 'UTC', BASE, BASE + 30 * 24 * HOUR);
  const line = ExposureLine.of([point({ startedAt: friday, finishedAt: friday + HOUR })], 'complete', open);
  t.equal(line.exposureAt(friday + 2 * HOUR), 2 * HOUR);
  t.equal(line.exposureAt(friday + 30 * HOUR), 2 * HOUR, 'Sunday');
  t.equal(line.exposureAt(Date.UTC(2026, 0, 12, 1)), 3 * HOUR, 'Monday 01:00');
  t.equal(
    line.withinMs(friday + HOUR, Date.UTC(2026, 0, 12, 5), 4 * HOUR),
    3 * HOUR,
    'an hour on Friday, two on Monday',
  );
});
