import type { DrillTarget } from '../../../../protocol/api/drills.ts';
import { type Said, said } from '../../../../protocol/said/said.ts';
import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../../core/incidents/judge.ts';
import { drillProof } from '../../../domain/recovery/drill.ts';
import { everyClient } from '../../../domain/scope.ts';
import { eachApart } from '../../../platform/health/faults.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { ProtectedPlan, Protection } from '../protected-plan.ts';
import type { DrillBook, RecordedDrill } from './drill-book.ts';
import { wantedOf } from './views.ts';

declare module '../../../domain/rules/rule.ts' {
  interface FeatureRules {
    'recovery.drill': true;
  }
}

export interface DrillJudgeOptions {
  readonly store: Pick<Store, 'settings'>;
  readonly book: Pick<IncidentBook, 'step'>;
  readonly drills: DrillBook;
  readonly protection: Pick<Protection, 'plans'>;
}

/** What was raised last: it stands until it changes, also if a person resolved the incident meanwhile. */
type Raised = Pick<ProtectedPlan, 'clientId' | 'deviceId' | 'serviceId'>;

/** What was looked at last; it holds until `until` unless one of these is another. */
interface Looked extends Raised {
  readonly drills: readonly RecordedDrill[];
  readonly target: DrillTarget;
  readonly until: number;
}

const RAISED_SETTING = 'recovery.drills-raised';

/** Says of each plan when the last drill that counts is older than wanted: one Normal incident. */
export class DrillJudge implements Judge {
  readonly about = 'restore drills';
  readonly #options: DrillJudgeOptions;
  readonly #looked = new Map<string, Looked>();
  readonly #raised = new Map<string, Raised>();
  #isUnwritten = false;

  constructor(options: DrillJudgeOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const saved = await this.#options.store.settings.get(RAISED_SETTING);
    for (const [planId, raised] of (saved ?? []) as [string, Raised][]) this.#raised.set(planId, raised);
  }

  clockSet(set: ClockSet): void {
    this.#options.drills.clockSet(set);
    this.#looked.clear();
  }

  judge(changes: ChangeSet, now: number): void {
    this.#isUnwritten = false;
    try {
      this.#judgeAll(changes, now);
    } finally {
      // Once for all: a thousand plans that are overdue together would each write a thousand.
      if (this.#isUnwritten) changes.add(this.#options.store.settings.setStatement(RAISED_SETTING, [...this.#raised]));
    }
  }

  #judgeAll(changes: ChangeSet, now: number): void {
    const { drills, protection } = this.#options;
    const standing = new Set<string>();
    eachApart(protection.plans(everyClient, now), (plan) => {
      standing.add(plan.id);
      const target = drills.target(plan.id);
      if (target === null) return;
      const own = drills.of(plan.id);
      const known = this.#looked.get(plan.id);
      if (known && known.drills === own && known.target === target && isOf(plan, known) && now < known.until) return;
      const stood = this.#raised.get(plan.id);
      // What stands is an incident of what the plan protected before.
      if (stood && !isOf(plan, stood)) this.#clear(plan.id, 'changed', changes, now);
      const wanted = wantedOf(target);
      const proof = drillProof(own, wanted, now);
      const left =
        wanted.maxAgeMs === null || proof.isOverdue ? Number.POSITIVE_INFINITY : wanted.maxAgeMs - (proof.ageMs ?? 0);
      const { clientId, deviceId, serviceId } = plan;
      this.#looked.set(plan.id, { clientId, deviceId, serviceId, drills: own, target, until: now + left });
      changes.otherwise(() => this.#looked.delete(plan.id));
      if (proof.isOverdue) this.#raise(plan, proof.ageMs, target.maxAgeDays ?? 0, changes, now);
      else this.#clear(plan.id, target.maxAgeDays === null ? 'not_wanted' : 'done', changes, now);
    });
    for (const planId of [...this.#raised.keys()]) {
      if (!standing.has(planId)) this.#clear(planId, 'removed', changes, now);
    }
  }

  #raise(plan: ProtectedPlan, ageMs: number | null, maxAgeDays: number, changes: ChangeSet, at: number): void {
    if (this.#raised.has(plan.id)) return;
    const { clientId, deviceId, serviceId, name } = plan;
    this.#remember(plan.id, { clientId, deviceId, serviceId }, changes);
    const age = maxAgeDays * 86_400_000;
    const how = said('recovery.drill.overdue', { last: ageMs === null ? null : at - ageMs, age });
    const verdict = {
      ...({ kind: 'raise', rule: 'recovery.drill', object: plan.id, priority: 'normal', at } as const),
      said: said('recovery.drill.of', { plan: name, how }),
      evidence: { metrics: [], threshold: null },
      onset: ageMs === null ? at : at - ageMs + age,
    };
    changes.addIncident(null, this.#options.book.step(verdict, { clientId, siteId: null, deviceId, serviceId }));
  }

  #clear(planId: string, how: 'done' | 'not_wanted' | 'changed' | 'removed', changes: ChangeSet, at: number): void {
    const raised = this.#raised.get(planId);
    if (!raised) return;
    this.#remember(planId, null, changes);
    const over: Said = said('recovery.drill.over', { how });
    const about = { rule: 'recovery.drill', object: planId, said: over, at } as const;
    const verdict = { kind: 'clear', isFinal: how === 'removed' || how === 'changed', ...about } as const;
    changes.addIncident(null, this.#options.book.step(verdict, { siteId: null, ...raised }));
  }

  /** Written with the incident; what is refused is said again. */
  #remember(planId: string, raised: Raised | null, changes: ChangeSet): void {
    const before = this.#raised.get(planId) ?? null;
    const put = (one: Raised | null): void => {
      if (one) this.#raised.set(planId, one);
      else this.#raised.delete(planId);
    };
    put(raised);
    changes.otherwise(() => put(before));
    this.#isUnwritten = true;
  }
}

function isOf(plan: ProtectedPlan, { deviceId, serviceId }: Raised): boolean {
  return plan.deviceId === deviceId && plan.serviceId === serviceId;
}
