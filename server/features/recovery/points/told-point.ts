import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import type { RecoveryPointInput } from '../../../../protocol/api/recovery-point.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { iso } from '../../../domain/iso.ts';
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
  if (/\p{Cc}/u.test(id + (follows ?? '') + place))
    throw refused('The id and the place of a point are one line of text each.');
  if (kind === 'full' && follows !== null) {
    throw refused('A full backup stands on nothing: leave out "after", or say with "kind" what else it is.');
  }
  if (kind !== 'full' && follows === null) {
    throw refused(`A backup of the kind ${kind} cannot be restored alone: say with "after" on which point it stands.`);
  }
  const point: RecoveryPoint = {
    ...seenPoint(id, Date.parse(input.startedAt), seenAt),
    ...{ kind, follows, sizeBytes, placeId: place === target.place ? '' : place },
    finishedAt: past('finishedAt', input.finishedAt, seenAt, 'once the backup has ended'),
    verifiedAt: past('verifiedAt', input.verifiedAt, seenAt, 'once it was checked'),
    goneAt: past('goneAt', input.goneAt, seenAt, 'once it is gone'),
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

function past(name: string, told: string | null | undefined, now: number, when: string): number | null {
  if (told === null || told === undefined) return null;
  const at = Date.parse(told);
  if (at <= now) return at;
  throw refused(
    `"${name}" lies in the future: here it is ${iso(now)}. Send it ${when}, and set the clock of the machine.`,
  );
}

function refused(sentence: string): VigiaError {
  return new VigiaError('validation_failed', sentence);
}
