import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import type { RecoveryPointInput } from '../../../../protocol/api/recovery-point.ts';
import { refused } from '../../../../protocol/said/refused.ts';
import { type ParamsOf, said } from '../../../../protocol/said/said.ts';
import type { Completeness, RecoveryPoint } from '../../../domain/recovery/point.ts';
import { judgeRun } from '../../../domain/recovery/run.ts';
import { judgeSize } from '../../../domain/recovery/size-sanity.ts';
import { seenPoint } from './point-rows.ts';

/**
 * A point as whoever pushes it tells of it, seen at `seenAt`.
 * @param others of the same plan, to judge its size by
 * @throws VigiaError validation_failed with what to do
 */
export function toldPoint(
  { tool, target }: Pick<RecoveryPlanInput, 'tool' | 'target'>,
  input: RecoveryPointInput,
  others: readonly RecoveryPoint[],
  seenAt: number,
): RecoveryPoint {
  const { id, exitCode, sizeBytes, kind = 'full', after: follows = null, place = target.place } = input;
  if (/\p{Cc}/u.test(id + (follows ?? '') + place)) throw refused('validation_failed', said('refused.point.lines'));
  if (kind === 'full' && follows !== null) {
    throw refused('validation_failed', said('refused.point.full'));
  }
  if (kind !== 'full' && follows === null) {
    throw refused('validation_failed', said('refused.point.stands', { kind }));
  }
  const point: RecoveryPoint = {
    ...seenPoint(id, Date.parse(input.startedAt), seenAt),
    ...{ kind, follows, sizeBytes, placeId: place === target.place ? '' : place },
    finishedAt: past('finishedAt', input.finishedAt, seenAt),
    verifiedAt: past('verifiedAt', input.verifiedAt, seenAt),
    goneAt: past('goneAt', input.goneAt, seenAt),
  };
  const ended = exitCode === null ? 'seen' : judgeRun({ tool, exitCode }).completeness;
  return believed({ ...point, completeness: ended }, others);
}

/** A size that cannot be right makes what is whole unknown. */
export function believed(point: RecoveryPoint, others: readonly RecoveryPoint[]): RecoveryPoint {
  const { verdict } = judgeSize(
    point,
    others.filter(({ id }) => id !== point.id),
  );
  const isDoubtful = verdict === 'empty' || verdict === 'shrunken';
  const completeness: Completeness = isDoubtful && point.completeness !== 'failed' ? 'unknown' : point.completeness;
  return { ...point, completeness };
}

type Dated = ParamsOf<'refused.point.future'>['field'];

function past(field: Dated, told: string | null | undefined, now: number): number | null {
  if (told === null || told === undefined) return null;
  const at = Date.parse(told);
  if (at <= now) return at;
  throw refused('validation_failed', said('refused.point.future', { field, at: now }));
}
