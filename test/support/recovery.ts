import fc from 'fast-check';
import type { RecoveryPoint } from '../../server/domain/recovery/point.ts';

/** Where small worlds of a few ms begin: no instant before 2000 counts. */
export const BASE = Date.UTC(2026, 0, 5);

/** A full backup that is whole, unless said otherwise. Times are ms since 1970; it is seen when it ends. */
export function point(
  over: Partial<RecoveryPoint> & Pick<RecoveryPoint, 'startedAt'>,
  id = `at-${over.startedAt}`,
): RecoveryPoint {
  const finishedAt = over.finishedAt === undefined ? over.startedAt : over.finishedAt;
  return {
    id,
    finishedAt,
    seenAt: finishedAt ?? over.startedAt,
    completeness: 'complete',
    verifiedAt: null,
    goneAt: null,
    kind: 'full',
    follows: null,
    sizeBytes: 1_000,
    placeId: 'nas',
    ...over,
  };
}

/** Any point of a world of so many ms, good or bad. */
export const anyPoint = (lengthMs: number): fc.Arbitrary<RecoveryPoint> =>
  fc
    .record({
      id: fc.nat(1e9).map((n) => `p${n}`),
      start: fc.integer({ min: -lengthMs, max: lengthMs * 2 }),
      takes: fc.option(fc.integer({ min: -2, max: lengthMs }), { freq: 4 }),
      seen: fc.integer({ min: -3, max: lengthMs }),
      completeness: fc.constantFrom('complete', 'complete', 'complete', 'seen', 'unknown', 'failed'),
      verified: fc.option(fc.nat(lengthMs)),
      stays: fc.option(fc.nat(lengthMs), { freq: 2 }),
    })
    .map(({ id, start, takes, seen, completeness, verified, stays }) => {
      const startedAt = BASE + start;
      const finishedAt = takes === null ? null : startedAt + takes;
      const seenAt = (finishedAt ?? startedAt) + seen;
      return point(
        {
          startedAt,
          finishedAt,
          seenAt,
          completeness,
          verifiedAt: verified === null ? null : seenAt + verified,
          goneAt: stays === null ? null : seenAt + stays,
        },
        id,
      );
    });

/** Points with ids that differ. */
export const anyPoints = (lengthMs: number, maxLength = 8): fc.Arbitrary<RecoveryPoint[]> =>
  fc.uniqueArray(anyPoint(lengthMs), { selector: ({ id }) => id, maxLength });

/** What a point is worth, told once more in other words: for oracles that step through time. */
export function isThere(one: RecoveryPoint, trust: 'verified' | 'complete' | 'possible', at: number): boolean {
  if (one.completeness === 'failed' || one.startedAt < Date.UTC(2000, 0, 1) || one.startedAt > one.seenAt) return false;
  if (one.finishedAt !== null && one.finishedAt < one.startedAt) return false;
  const from = one.finishedAt ?? one.seenAt;
  if (at < from || (one.goneAt !== null && at >= one.goneAt)) return false;
  if (trust === 'possible') return true;
  const isWhole = one.completeness === 'complete' || (one.completeness === 'seen' && one.verifiedAt !== null);
  return isWhole && (trust === 'complete' || one.verifiedAt !== null);
}

/** Start of the newest point at an instant, by looking at every one of them. */
export function newestBySearch(
  points: readonly RecoveryPoint[],
  trust: 'verified' | 'complete' | 'possible',
  at: number,
): number | null {
  const starts = points.filter((one) => isThere(one, trust, at)).map(({ startedAt }) => startedAt);
  return starts.length === 0 ? null : Math.max(...starts);
}
