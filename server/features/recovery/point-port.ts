import type { RecoveryPoint as PointDocument, RecoveryPointInput } from '../../../protocol/api/recovery.ts';
import { VigiaError } from '../../../protocol/error.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { iso } from '../../domain/iso.ts';
import { type Completeness, mergePoints, type RecoveryPoint, refusalOf } from '../../domain/recovery/point.ts';
import { judgeRun } from '../../domain/recovery/run.ts';
import { judgeSize } from '../../domain/recovery/size-sanity.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';
import { inputOf, type PlanDefinition } from './definition.ts';
import type { PlanBook } from './plan-book.ts';
import { type PointBook, toPoint, toRow } from './point-book.ts';

export interface PointPortOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly plans: PlanBook;
  readonly points: PointBook;
  readonly act: Act;
}

export type PointPort = ReturnType<typeof createPointPort>;

/** Points as whoever makes backups tells of them, in any order and any number. */
export function createPointPort({ store, plans, points, act }: PointPortOptions) {
  return {
    /** @throws VigiaError not_found for a plan outside the scope, validation_failed for one that ended before or after it can have */
    push: (scope: Scope, input: RecoveryPointInput, actor: Actor): Promise<PointDocument> =>
      act(actor, 'recovery-point.push', scope, async (changes, at, scoped) => {
        const plan = plans.require(scope, input.planId);
        const known = await scoped.recoveryPoints.get(plan.id, input.id);
        const told = pointOf(plan, input, points.of(plan.id), at);
        const [point = told] = mergePoints(known === null ? [told] : [toPoint(known), told]);
        changes.record(plan.id, input);
        changes.add(store.scoped(scope).recoveryPoints.saveStatement(toRow(plan, point)));
        changes.afterwards(() => points.put(plan.id, point));
        return pointView(plan.id, point);
      }),
  };
}

function pointOf(
  plan: PlanDefinition,
  input: RecoveryPointInput,
  others: readonly RecoveryPoint[],
  seenAt: number,
): RecoveryPoint {
  const { id, exitCode, sizeBytes } = input;
  if (/\p{Cc}/u.test(id)) throw new VigiaError('validation_failed', 'The id of a point is one line of text.');
  const startedAt = Date.parse(input.startedAt);
  const finishedAt = input.finishedAt === null ? null : Date.parse(input.finishedAt);
  if (finishedAt !== null && finishedAt > seenAt) {
    throw new VigiaError(
      'validation_failed',
      `"finishedAt" lies in the future: here it is ${iso(seenAt)}. Send it once the backup has ended, and set the clock of the machine.`,
    );
  }
  const point = { ...toPoint(toRowOf(plan, id, startedAt, seenAt)), finishedAt, sizeBytes };
  const before = others.filter((one) => one.id !== id);
  const { verdict } = judgeSize(point, before);
  const isDoubtful = verdict === 'empty' || verdict === 'shrunken';
  const { tool } = inputOf(plan);
  const ended: Completeness = exitCode === null ? 'seen' : judgeRun({ tool, exitCode }).completeness;
  return { ...point, completeness: isDoubtful && ended !== 'failed' ? 'unknown' : ended };
}

function toRowOf(
  { id: plan_id, clientId: client_id }: PlanDefinition,
  point_id: string,
  started_at: number,
  seen_at: number,
) {
  const unknown = { finished_at: null, completeness: 'seen', size_bytes: null } as const;
  return { plan_id, client_id, point_id, started_at, seen_at, ...unknown };
}

function pointView(planId: string, point: RecoveryPoint): PointDocument {
  const { id, startedAt, finishedAt, seenAt, completeness, sizeBytes } = point;
  const times = {
    startedAt: iso(startedAt),
    finishedAt: finishedAt === null ? null : iso(finishedAt),
    seenAt: iso(seenAt),
  };
  return { planId, id, ...times, completeness, sizeBytes, refusal: refusalOf(point) };
}
