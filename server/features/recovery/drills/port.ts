import { randomUUID } from 'node:crypto';
import type {
  DrillTarget,
  RecoveryDrill,
  RecoveryDrillInput,
  RecoveryOutlook,
} from '../../../../protocol/api/drills.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import type { Act } from '../../../core/incidents/act.ts';
import type { Actor } from '../../../domain/actor.ts';
import { iso } from '../../../domain/iso.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { Protection } from '../protected-plan.ts';
import { type DrillBook, toDrill } from './drill-book.ts';
import { drillView, outlookOf } from './views.ts';

export interface DrillPortOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly act: Act;
  readonly now: () => number;
  readonly drills: DrillBook;
  readonly protection: Protection;
}

/** Each is proof for years, so none is forgotten to make room. */
const MAX_DRILLS = 1_000;
const EARLIEST = Date.UTC(2000, 0, 1);

export type DrillPort = ReturnType<typeof createDrillPort>;

/** Drills as people record and read them. Each may throw VigiaError not_found, validation_failed, conflict. */
export function createDrillPort({ store, act, now, drills, protection }: DrillPortOptions) {
  return {
    list(scope: Scope, planId?: string): RecoveryDrill[] {
      const plans = planId === undefined ? protection.plans(scope, now()) : [protection.plan(scope, planId, now())];
      return plans.flatMap((plan) => drills.of(plan.id).map((drill) => drillView(drill, plan.rtoMs, scope)));
    },

    outlook(scope: Scope, planId: string): Promise<RecoveryOutlook> {
      return outlookOf(protection.plan(scope, planId, now()), { drills, protection, scope, now: now() });
    },

    record: (scope: Scope, input: RecoveryDrillInput, actor: Actor): Promise<RecoveryDrill> =>
      act(actor, 'recovery-drill.record', scope, (changes, at) => {
        const plan = protection.plan(scope, input.planId, at);
        refuseBad(input, at);
        if (drills.of(plan.id).length >= MAX_DRILLS) {
          throw new VigiaError('conflict', `This plan has ${MAX_DRILLS} drills already. Make a new plan.`);
        }
        const row = {
          ...{ id: randomUUID(), client_id: plan.clientId, plan_id: plan.id, scope: input.scope, result: input.result },
          ...{ started_at: Date.parse(input.startedAt), finished_at: Date.parse(input.finishedAt) },
          ...{ restored_bytes: input.restoredBytes, files: input.files, first_difference: input.firstDifference },
          ...{ evidence: input.evidence, recorded_at: at, by_user: actor.id, by_name: actor.name },
        };
        const drill = toDrill(row);
        changes.record(plan.id, input);
        changes.add(store.scoped(scope).recoveryDrills.insertStatement(row));
        changes.afterwards(() => drills.put(drill));
        return drillView(drill, plan.rtoMs, scope);
      }),

    setTarget: (scope: Scope, planId: string, target: DrillTarget, actor: Actor): Promise<DrillTarget> =>
      act(actor, 'recovery-drill.target', scope, (changes, at) => {
        const plan = protection.plan(scope, planId, at);
        changes.record(plan.id, target);
        const own = { plan_id: plan.id, client_id: plan.clientId, document_json: JSON.stringify(target) };
        changes.add(store.scoped(scope).recoveryDrills.setTargetStatement({ ...own, set_at: at, set_by: actor.id }));
        changes.afterwards(() => drills.setTarget(plan.id, target));
        return target;
      }),
  };
}

function refuseBad(
  { startedAt, finishedAt, result, firstDifference, evidence }: RecoveryDrillInput,
  now: number,
): void {
  const [start, end] = [Date.parse(startedAt), Date.parse(finishedAt)];
  const refuse = (why: string): never => {
    throw new VigiaError('validation_failed', why);
  };
  if (end <= start) refuse('"finishedAt" is not after "startedAt". Say when the restore began and when it was over.');
  if (start < EARLIEST) refuse('"startedAt" is before 2000. Say when the restore began.');
  if (end > now) refuse(`"finishedAt" lies in the future: here it is ${iso(now)}. Record the drill once it is over.`);
  if (result === 'restored' && firstDifference !== null) {
    refuse('A restore with a file that differs is no success. Its result is "mismatch" or "missing".');
  }
  if ((result === 'mismatch' || result === 'missing') && firstDifference === null) {
    refuse('Name the first file that differed or was missing in "firstDifference".');
  }
  if (evidence.trim().length < 3)
    refuse('Say in "evidence" how one can see that it was so, such as the number of a ticket.');
}
