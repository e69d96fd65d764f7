import fc from 'fast-check';
import t from 'tap';
import { resolveChains } from '../../../../server/domain/recovery/chain.ts';
import { ExposureLine } from '../../../../server/domain/recovery/exposure-line.ts';
import type { RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { holds } from '../../../support/property.ts';
import { BASE, isThere, point } from '../../../support/recovery.ts';

const MINUTE = 60_000;

/** A full backup and the logs behind it, one a quarter of an hour. */
function chain(logs: number, over: (n: number) => Partial<RecoveryPoint> = () => ({})): RecoveryPoint[] {
  return Array.from({ length: logs + 1 }, (_, n) =>
    point(
      {
        startedAt: BASE + n * 15 * MINUTE,
        kind: n === 0 ? 'full' : 'log',
        follows: n === 0 ? null : `log-${n - 1}`,
        ...over(n),
      },
      `log-${n}`,
    ),
  );
}

const newest = (points: readonly RecoveryPoint[], trust: 'complete' | 'possible' = 'complete') => {
  const at = ExposureLine.of(resolveChains(points).points, trust).newestAt(BASE + 1_000 * MINUTE);
  return at === null ? null : (at - BASE) / MINUTE / 15;
};

t.test('a chain is as good as its links', async (t) => {
  const f = (what: string, points: readonly RecoveryPoint[], want: number | null, breaks: string[]) => {
    t.equal(newest(points), want, what);
    const told = resolveChains(points).breaks.map(({ pointId, brokenAt, why }) => `${pointId}: ${brokenAt} ${why}`);
    t.same(told, breaks, `${what}: what is told`);
  };
  const without = (n: number) => chain(4).filter(({ id }) => id !== `log-${n}`);
  f('whole', chain(4), 4, []);
  f('a log is missing: the full is fine, and what is lost goes back to before the gap', without(2), 1, [
    'log-3: log-2 missing',
    'log-4: log-2 missing',
  ]);
  f(
    'the full is missing',
    without(0),
    null,
    [1, 2, 3, 4].map((n) => `log-${n}: log-0 missing`),
  );
  const failed = chain(4, (n) => (n === 2 ? { completeness: 'failed' } : {}));
  f('a log failed', failed, 1, ['log-3: log-2 failed', 'log-4: log-2 failed']);
  const future = chain(4, (n) => (n === 2 ? { seenAt: BASE } : {}));
  f('a log is from the future', future, 1, ['log-3: log-2 failed', 'log-4: log-2 failed']);
  const seen = chain(4, (n) => (n === 2 ? { completeness: 'seen' } : {}));
  f('a log was merely seen', seen, 1, ['log-3: log-2 unproven', 'log-4: log-2 unproven']);
  t.equal(newest(seen, 'possible'), 4, 'it may be whole');
  const late = chain(2, (n) => (n === 1 ? { completeness: 'seen' } : n === 2 ? { completeness: 'failed' } : {}));
  t.equal(newest(late, 'possible'), 1, 'a failure stays one behind what was merely seen');
  const gone = chain(4, (n) => (n === 2 ? { goneAt: BASE + 900 * MINUTE } : {}));
  f('a log was removed', gone, 1, ['log-3: log-2 gone', 'log-4: log-2 gone']);
  const again = [...without(2), point({ startedAt: BASE + 90 * MINUTE }, 'new')];
  t.equal(newest(again), 6, 'a new full mends it');
});

t.test('a log counts no sooner than what it follows', async (t) => {
  const points = chain(2, (n) => (n === 1 ? { finishedAt: BASE + 500 * MINUTE, seenAt: BASE + 500 * MINUTE } : {}));
  const line = ExposureLine.of(resolveChains(points).points);
  t.equal(line.newestAt(BASE + 499 * MINUTE), BASE, 'until the one between is there');
  t.equal(line.newestAt(BASE + 500 * MINUTE), BASE + 30 * MINUTE);
});

t.test('links that go in a circle end', async (t) => {
  const circle = [
    point({ startedAt: BASE, follows: 'c', kind: 'log' }, 'a'),
    point({ startedAt: BASE + 1, follows: 'a', kind: 'log' }, 'b'),
    point({ startedAt: BASE + 2, follows: 'b', kind: 'log' }, 'c'),
    point({ startedAt: BASE + 3, follows: 'd', kind: 'log' }, 'd'),
    point({ startedAt: BASE + 4, follows: 'b', kind: 'log' }, 'e'),
  ];
  t.equal(newest(circle), null);
  const { breaks } = resolveChains(circle);
  t.same(
    breaks.map(({ pointId }) => pointId),
    ['a', 'b', 'c', 'd', 'e'],
  );
  t.ok(breaks.every(({ why }) => why === 'circle'));
});

t.test('a year of logs is no deeper than a day of them', async (t) => {
  t.equal(newest(chain(35_040).slice(0, 60)), 59);
  const deep = chain(35_040).reverse();
  t.equal(resolveChains(deep).breaks.length, 0);
  t.equal(resolveChains(deep.filter(({ id }) => id !== 'log-0')).breaks.length, 35_040);
});

t.test('what can be restored is what can be followed back, one by one', async (t) => {
  const link = fc.record({
    follows: fc.option(fc.nat(7)),
    completeness: fc.constantFrom('complete', 'complete', 'seen', 'failed', 'unknown'),
    gone: fc.option(fc.nat(20), { freq: 2 }),
    takes: fc.nat(9),
    verified: fc.option(fc.nat(20)),
  });
  holds(
    t,
    fc.property(fc.array(link, { maxLength: 7 }), (links) => {
      const points = links.map(({ follows, completeness, gone, takes, verified }, n) =>
        point(
          {
            startedAt: BASE + n,
            finishedAt: BASE + n + takes,
            follows: follows === null ? null : `p${follows}`,
            completeness: completeness as RecoveryPoint['completeness'],
            goneAt: gone === null ? null : BASE + gone,
            verifiedAt: verified === null ? null : BASE + 30 + verified,
          },
          `p${n}`,
        ),
      );
      const byId = new Map(points.map((one) => [one.id, one]));
      const canRestore = (one: RecoveryPoint | undefined, at: number, trail: string[] = []): boolean => {
        if (one === undefined || trail.includes(one.id) || !isThere(one, 'complete', at)) return false;
        return one.follows === null || canRestore(byId.get(one.follows), at, [...trail, one.id]);
      };
      const line = ExposureLine.of(resolveChains(points).points);
      for (let at = BASE; at < BASE + 40; at += 1) {
        const starts = points.filter((one) => canRestore(one, at)).map(({ startedAt }) => startedAt);
        const want = starts.length === 0 ? null : Math.max(...starts);
        if (line.newestAt(at) !== want) throw new Error(`at ${at - BASE}: ${line.newestAt(at)}, not ${want}`);
      }
    }),
    { numRuns: 500 },
  );
});
