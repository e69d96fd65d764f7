import fc from 'fast-check';
import t from 'tap';
import {
  attainment,
  emptyTally,
  linesOf,
  type MeasuredPlan,
  type RpoSpan,
  type RpoTally,
  type Span,
  sumTallies,
  tallyRpo,
} from '../../../../server/domain/recovery/attainment.ts';
import type { OpenTime } from '../../../../server/domain/recovery/open-time.ts';
import type { RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { holds } from '../../../support/property.ts';
import { anyPoint, anyPoints, BASE, newestBySearch, point } from '../../../support/recovery.ts';

const LENGTH = 40;
const ALWAYS = Number.POSITIVE_INFINITY;

/** A plan of a small world, all of it. */
interface World {
  readonly points: readonly RecoveryPoint[];
  readonly from: number;
  readonly end: number;
  readonly now: number;
  readonly blind: readonly Span[];
  readonly rpos: readonly RpoSpan[];
  /** ms of the world that are closed. */
  readonly closed: ReadonlySet<number>;
}

const ms = fc.integer({ min: -LENGTH, max: 2 * LENGTH }).map((at) => BASE + at);
const spans = fc.uniqueArray(ms, { maxLength: 4 }).map((edges): Span[] => {
  const sorted = edges.sort((a, b) => a - b);
  return sorted.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: sorted[index + 1] ?? from }] : []));
});
const rpos = fc.tuple(ms, fc.array(fc.option(fc.nat(LENGTH)), { minLength: 2, maxLength: 2 })).map(([cut, [a, b]]) => [
  { from: 0, until: cut, rpoMs: a ?? null },
  { from: cut, until: ALWAYS, rpoMs: b ?? null },
]);
const world: fc.Arbitrary<World> = fc
  .record({ points: anyPoints(LENGTH), from: ms, end: fc.option(ms), now: ms, blind: spans, rpos, shut: spans })
  .map(({ end, shut, ...rest }) => ({
    ...rest,
    end: end ?? ALWAYS,
    closed: new Set(shut.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index))),
  }));
const periods = fc.tuple(ms, ms).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

/** Open time by counting. */
function openOf(closed: ReadonlySet<number>): OpenTime {
  const start = BASE - 5 * LENGTH;
  const [opens, walls]: [number[], Map<number, number>] = [[], new Map()];
  let counted = start;
  for (let at = start; at < BASE + 6 * LENGTH; at += 1) {
    opens.push(counted);
    walls.set(counted, at);
    if (!closed.has(at)) counted += 1;
  }
  return { toOpen: (at) => opens[at - start] ?? Number.NaN, toWall: (open) => walls.get(open) ?? Number.NaN };
}

function measured({ points, from, end, blind, closed }: World): MeasuredPlan {
  return { lines: linesOf(points, openOf(closed)), from, end, blind };
}

/** Steps through a period ms by ms and looks at every point each time. */
function byCounting({ points, from, end, now, blind, rpos: agreed, closed }: World, period: Span): RpoTally {
  const tally = { ...emptyTally };
  const openMs = (a: number, b: number): number => {
    let sum = 0;
    for (let at = a; at < b; at += 1) if (!closed.has(at)) sum += 1;
    return sum;
  };
  for (let at = period.from; at < period.to; at += 1) {
    const rpoMs = agreed.find((one) => one.from <= at && at < one.until)?.rpoMs ?? null;
    const isWithin = (trust: 'verified' | 'complete' | 'possible'): boolean => {
      const newest = newestBySearch(points, trust, at);
      return newest !== null && openMs(newest, at) + 0.5 <= (rpoMs ?? 0);
    };
    if (at < from || at >= end || at >= now || rpoMs === null) tally.outsideMs += 1;
    else if (closed.has(at)) tally.closedMs += 1;
    else if (isWithin('verified')) tally.verifiedMs += 1;
    else if (isWithin('complete')) tally.unverifiedMs += 1;
    else if (isWithin('possible') || blind.some((span) => span.from <= at && at < span.to)) tally.unknownMs += 1;
    else tally.breachedMs += 1;
  }
  return tally;
}

t.test('the partition of any period is that of counting each ms', async (t) => {
  holds(
    t,
    fc.property(world, periods, (one, period) => {
      const [got, want] = [tallyRpo(measured(one), period, one.rpos, one.now), byCounting(one, period)];
      if (JSON.stringify(got) !== JSON.stringify(want)) {
        throw new Error(`${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
      }
    }),
    { numRuns: 400 },
  );
});

t.test('attainment is a share of time, and splits add up to the ms', async (t) => {
  holds(
    t,
    fc.property(world, periods, ms, (one, period, cut) => {
      const plan = measured(one);
      const whole = tallyRpo(plan, period, one.rpos, one.now);
      const middle = Math.min(period.to, Math.max(period.from, cut));
      const parts = [
        { from: period.from, to: middle },
        { from: middle, to: period.to },
      ].map((part) => tallyRpo(plan, part, one.rpos, one.now));
      if (JSON.stringify(sumTallies(parts)) !== JSON.stringify(whole)) throw new Error('splits');
      const values = Object.values(whole);
      if (values.some((value) => !(value >= 0) || !Number.isSafeInteger(value))) throw new Error('no whole ms');
      if (values.reduce((sum, value) => sum + value, 0) !== period.to - period.from) throw new Error('not the period');
      const { ratio, verifiedRatio, hi } = attainment(whole);
      const shares = [ratio, verifiedRatio, hi].filter((share) => share !== null);
      if (shares.some((share) => share < 0 || share > 1)) throw new Error('no share');
      return (verifiedRatio ?? 0) <= (ratio ?? 0) && (ratio ?? 0) <= (hi ?? 0);
    }),
    { numRuns: 400 },
  );
});

t.test('order and duplicates are irrelevant, and a point of the future counts for nothing', async (t) => {
  const ahead = fc
    .tuple(fc.integer({ min: 1, max: LENGTH }), fc.nat(1e6))
    .map(([by, id]) =>
      point({ startedAt: BASE + by, finishedAt: BASE + by, seenAt: BASE, verifiedAt: BASE }, `future-${id}`),
    );
  holds(
    t,
    fc.property(world, periods, ahead, (one, period, future) => {
      const f = (points: readonly RecoveryPoint[]): string =>
        JSON.stringify(tallyRpo(measured({ ...one, points }), period, one.rpos, one.now));
      const want = f(one.points);
      return want === f([...one.points].reverse()) && want === f([...one.points, ...one.points, future]);
    }),
  );
});

t.test('one point more never lowers what is attained', async (t) => {
  holds(
    t,
    fc.property(world, periods, anyPoint(LENGTH), (one, period, more) => {
      const [a, b] = [one.points, [...one.points, more]].map((points) =>
        tallyRpo(measured({ ...one, points }), period, one.rpos, one.now),
      );
      if (a === undefined || b === undefined) return false;
      const within = (tally: RpoTally): number => tally.verifiedMs + tally.unverifiedMs;
      const perhaps = (tally: RpoTally): number => within(tally) + tally.unknownMs;
      return b.verifiedMs >= a.verifiedMs && within(b) >= within(a) && perhaps(b) >= perhaps(a);
    }),
  );
});

t.test('what a partition says', async (t) => {
  const f = (what: string, over: Partial<RpoTally>, ppm: number, want: object) =>
    t.match(attainment({ ...emptyTally, ...over }, ppm), want, what);
  f('all of it', { verifiedMs: 60, unverifiedMs: 40 }, 1_000_000, { ratio: 1, verifiedRatio: 0.6, verdict: 'met' });
  f('a ms', { unverifiedMs: 999, breachedMs: 1 }, 1_000_000, { ratio: 0.999, verdict: 'breached' });
  f('a promise of 99.9 %', { unverifiedMs: 999, breachedMs: 1 }, 999_000, { verdict: 'met' });
  f('a ms more', { unverifiedMs: 998, breachedMs: 2 }, 999_000, { verdict: 'breached' });
  f('never rounded up', { unverifiedMs: 2, breachedMs: 1 }, 0, { ratio: 0.666666666, verdict: 'met' });
  f('unknown', { unverifiedMs: 999, unknownMs: 1 }, 1_000_000, { ratio: 0.999, hi: 1, verdict: 'indeterminate' });
  f('never known to be whole', { unknownMs: 99, breachedMs: 1 }, 1_000_000, {
    ratio: null,
    verifiedRatio: null,
    hi: 0.99,
    verdict: 'breached',
  });
  f('no point at all', { breachedMs: 5 }, 1_000_000, { ratio: 0, hi: 0, verdict: 'breached' });
  f('all closed', { closedMs: 5, outsideMs: 9 }, 1_000_000, { ratio: null, hi: null, verdict: 'no_data' });
  t.same(sumTallies([]), emptyTally);
  t.equal(
    attainment({ ...emptyTally, unverifiedMs: 1, breachedMs: 0 }).verdict,
    'met',
    'by default no breach is allowed',
  );
});
