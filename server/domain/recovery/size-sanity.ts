import { fact, type RecoverySaid } from './facts.ts';
import { isProven, type PointKind, type RecoveryPoint, refusalOf } from './point.ts';
import { median } from './rhythm.ts';

/** What the size of a backup says beside the last ones of its kind. */
export interface SizeVerdict {
  readonly verdict: 'plausible' | 'empty' | 'shrunken' | 'unknown';
  /** The usual size; null where there are too few to tell. */
  readonly usualBytes: number | null;
  /** Null where nothing is wrong. */
  readonly said: RecoverySaid | null;
}

/** Whose size is all of it; of the others one says nothing of the next. */
const comparable: readonly PointKind[] = ['full'];
const COMPARED = 7;
const LEAST_COMPARED = 3;
/** Below this share of the usual size something is missing. */
const LEAST_SHARE = 0.5;

/**
 * Judged once, when a backup comes, against those before it: its completeness becomes `unknown` if it is empty or has shrunk, and a
 * later one changes nothing of that.
 * @param before other points of the plan, in any order
 * @param acceptedAt when a person said that what it has become is right: what is older is no measure any more
 */
export function judgeSize(
  point: Pick<RecoveryPoint, 'startedAt' | 'sizeBytes' | 'kind'>,
  before: readonly RecoveryPoint[],
  acceptedAt: number = Number.NEGATIVE_INFINITY,
): SizeVerdict {
  const { sizeBytes, startedAt, kind } = point;
  const usualBytes = comparable.includes(kind) ? usualSize(before, startedAt, acceptedAt) : null;
  if (sizeBytes === null || !(sizeBytes >= 0)) return { verdict: 'unknown', usualBytes, said: null };
  // A log in which nothing happened may well be empty.
  if (sizeBytes === 0 && comparable.includes(kind)) {
    return { verdict: 'empty', usualBytes, said: fact('recovery.size.empty', { usual: usualBytes }) };
  }
  if (usualBytes !== null && sizeBytes < usualBytes * LEAST_SHARE) {
    const said = fact('recovery.size.shrunken', { size: sizeBytes, usual: usualBytes });
    return { verdict: 'shrunken', usualBytes, said };
  }
  return { verdict: 'plausible', usualBytes, said: null };
}

/** The median of the newest ones that are whole. */
function usualSize(before: readonly RecoveryPoint[], startedAt: number, acceptedAt: number): number | null {
  const sizes = before
    .filter((one) => one.startedAt < startedAt && one.startedAt >= acceptedAt && comparable.includes(one.kind))
    .filter((one) => refusalOf(one) === null && (isProven(one) || one.completeness === 'seen'))
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1))
    .flatMap(({ sizeBytes }) => (sizeBytes !== null && sizeBytes > 0 ? [sizeBytes] : []))
    .slice(0, COMPARED);
  return sizes.length < LEAST_COMPARED ? null : median(sizes);
}
