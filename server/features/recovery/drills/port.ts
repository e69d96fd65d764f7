import { randomUUID } from 'node:crypto';
import type {
  DrillTarget,
  RecoveryDrill,
  RecoveryDrillInput,
  RecoveryOutlook,
} from '../../../../protocol/api/drills.ts';
import { refused } from '../../../../protocol/said/refused.ts';
import { type Said, said } from '../../../../protocol/said/said.ts';
import type { Act } from '../../../core/incidents/act.ts';
import type { Actor } from '../../../domain/actor.ts';
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
          throw refused('conflict', said('refused.drills.most', { most: MAX_DRILLS }));
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
  const refuse = (why: Said): never => {
    throw refused('validation_failed', why);
  };
  if (end <= start) refuse(said('refused.drill.order'));
  if (start < EARLIEST) refuse(said('refused.drill.early'));
  if (end > now) refuse(said('refused.drill.future', { at: now }));
  if (result === 'restored' && firstDifference !== null) {
    refuse(said('refused.drill.differs'));
  }
  if ((result === 'mismatch' || result === 'missing') && firstDifference === null) {
    refuse(said('refused.drill.difference'));
  }
  if (evidence.trim().length < 3) refuse(said('refused.drill.evidence'));
}
