import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import { movedBack, type SetBack } from '../../domain/moved-back.ts';
import { everyClient, inScope, type Scope } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';
import type { PlanDefinition } from './definition.ts';

/** Every plan in memory, also those that were removed. What changes here follows what was written. */
export class PlanBook {
  readonly #plans = new Map<string, PlanDefinition>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    const { recoveryPlans } = store.scoped(everyClient);
    const versions = Map.groupBy(await recoveryPlans.versions(), (row) => row.plan_id);
    for (const row of await recoveryPlans.all()) {
      const own = (versions.get(row.id) ?? []).map(({ effective_at: from, document_json: json }) => {
        return { from, input: JSON.parse(json) as RecoveryPlanInput };
      });
      const { id, client_id: clientId, created_at: createdAt, removed_at: removedAt } = row;
      this.put({ id, clientId, createdAt, removedAt, versions: own });
    }
  }

  put(plan: PlanDefinition): void {
    this.#plans.set(plan.id, plan);
  }

  /** What a clock that was ahead has stamped moves with it, as in the database. */
  clockSet(set: SetBack & { readonly now: number }): void {
    const back = (at: number): number => movedBack(at, set.now, set);
    for (const plan of this.#plans.values()) {
      const versions = plan.versions.map((one) => ({ ...one, from: back(one.from) }));
      const removedAt = plan.removedAt === null ? null : back(plan.removedAt);
      this.put({ ...plan, createdAt: back(plan.createdAt), removedAt, versions });
    }
  }

  /** Also those that were removed. */
  ever(): PlanDefinition[] {
    return [...this.#plans.values()];
  }

  /** Those that stand, of the scope. */
  list(scope: Scope, clientId?: string): PlanDefinition[] {
    return [...this.#plans.values()].filter(
      (plan) =>
        plan.removedAt === null &&
        inScope(scope, plan.clientId) &&
        (clientId === undefined || plan.clientId === clientId),
    );
  }

  /** Also one that was removed. */
  known(id: string): PlanDefinition | null {
    return this.#plans.get(id) ?? null;
  }

  /** One that stands; null for none. */
  find(id: string): PlanDefinition | null {
    const plan = this.#plans.get(id);
    return plan && plan.removedAt === null ? plan : null;
  }

  /** @throws VigiaError not_found also for what is outside the scope */
  require(scope: Scope, id: string): PlanDefinition {
    const plan = this.#plans.get(id);
    if (!plan || plan.removedAt !== null || !inScope(scope, plan.clientId)) throw noSuch('recovery-plan');
    return plan;
  }
}
