import { MAX_POINTS_OF_RUN, MAX_TOLD_RUNS, type RecoveryRun } from '../../../../protocol/wire/recovery-task.ts';
import type { ListedPoint } from '../source.ts';

/**
 * Which runs left which points behind: a point is of the run during which it began, if only one was under way then. Of runs that
 * did not end nobody knows how long they went on, so nothing is theirs.
 * @returns newest first
 */
export function joinRuns(
  wrapped: readonly RecoveryRun[],
  ofUnit: RecoveryRun | null,
  points: readonly Pick<ListedPoint, 'id' | 'startedAt'>[],
): readonly RecoveryRun[] {
  // The unit's run has the wrapper's within it, which knows the same more exactly.
  const isKnown = ofUnit !== null && wrapped.some((run) => isWithin(ofUnit, run.startedAt));
  const runs = [...wrapped, ...(ofUnit === null || isKnown ? [] : [ofUnit])].sort((a, b) => b.startedAt - a.startedAt);
  const told = runs.slice(0, MAX_TOLD_RUNS);
  const idsOf = new Map<RecoveryRun, string[]>();
  for (const { id, startedAt } of points) {
    const [run, ...more] = told.filter((one, index) => isWithin(one, startedAt, told[index - 1]));
    if (run === undefined || more.length > 0) continue;
    idsOf.set(run, [...(idsOf.get(run) ?? []), id]);
  }
  return told.map((run) => {
    const ids = run.state === 'ended' ? (idsOf.get(run) ?? []) : [];
    return { ...run, pointIds: ids.length <= MAX_POINTS_OF_RUN ? ids : [] };
  });
}

/** One that goes on is under way at any time since; one that was cut off is taken to be gone when the next begins. */
function isWithin({ startedAt, endedAt, state }: RecoveryRun, at: number, next?: RecoveryRun): boolean {
  if (at < startedAt) return false;
  if (state === 'cut_off') return next === undefined || at < next.startedAt;
  return endedAt === null || at <= endedAt;
}
