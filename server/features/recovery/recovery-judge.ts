import { type Said, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../core/incidents/judge.ts';
import type { RecoveryPriority } from '../../domain/recovery/plan.ts';
import type { PlanState } from '../../domain/recovery/plan-state.ts';
import { everyClient } from '../../domain/scope.ts';
import { eachApart } from '../../platform/health/faults.ts';
import type { Store } from '../../platform/store/store.ts';
import { inputOf, type PlanDefinition } from './definition.ts';
import type { GoneDevices } from './gone-devices.ts';
import type { PlanBook } from './plan-book.ts';
import type { PointBook } from './points/point-book.ts';
import { standingOf } from './standing.ts';
import { type PlanTerms, targetOf } from './targets.ts';

declare module '../../domain/rules/rule.ts' {
  interface FeatureRules {
    'recovery.exposure': true;
  }
}

export interface RecoveryJudgeOptions {
  readonly store: Pick<Store, 'settings'>;
  readonly book: Pick<IncidentBook, 'step'>;
  readonly plans: PlanBook;
  readonly points: PointBook;
  readonly gone: GoneDevices;
  /** Null for a device that is not there. */
  readonly siteOfDevice: (deviceId: string) => string | null;
  readonly terms: PlanTerms;
}

/** What a standing was derived from; it holds until `until` unless one of these is another. */
interface Looked {
  readonly plan: PlanDefinition;
  readonly points: ReturnType<PointBook['of']>;
  readonly rpoMinutes: number | null;
  readonly until: number;
}

/** What was raised last: it stands until it changes, also if a person resolved the incident meanwhile. */
interface Raised {
  readonly clientId: string;
  /** Missing in what was kept before it was known. */
  readonly siteId?: string | null;
  readonly deviceId: string | null;
  readonly serviceId: string | null;
  readonly priority: RecoveryPriority;
}

const RAISED_SETTING = 'recovery.raised';

/** Warns of each plan whose backups are late, before its RPO is breached and when it is: one incident, whose priority rises. */
export class RecoveryJudge implements Judge {
  readonly about = 'recovery plans';
  readonly #options: RecoveryJudgeOptions;
  readonly #looked = new Map<string, Looked>();
  readonly #raised = new Map<string, Raised>();
  #isUnwritten = false;

  constructor(options: RecoveryJudgeOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const saved = await this.#options.store.settings.get(RAISED_SETTING);
    for (const [planId, raised] of (saved ?? []) as [string, Raised][]) this.#raised.set(planId, raised);
  }

  clockSet(set: ClockSet): void {
    this.#options.plans.clockSet(set);
    this.#options.points.clockSet(set);
    this.#options.gone.clockSet(set);
    this.#looked.clear();
  }

  judge(changes: ChangeSet, now: number): void {
    this.#isUnwritten = false;
    try {
      this.#judgeAll(changes, now);
    } finally {
      // Once for all: a thousand plans that are late together would each write a thousand.
      if (this.#isUnwritten) changes.add(this.#options.store.settings.setStatement(RAISED_SETTING, [...this.#raised]));
    }
  }

  #judgeAll(changes: ChangeSet, now: number): void {
    const standing = new Set<string>();
    const { plans, gone } = this.#options;
    const all = plans.list(everyClient).filter((plan) => gone.endOf(plan) === null);
    eachApart(all, (plan) => {
      standing.add(plan.id);
      this.#judgeOne(plan, changes, now);
    });
    for (const [planId, raised] of [...this.#raised]) {
      if (!standing.has(planId))
        this.#clear(
          planId,
          raised,
          said('recovery.over', { how: plans.find(planId) ? 'retired' : 'removed' }),
          changes,
          now,
          true,
        );
    }
  }

  #judgeOne(plan: PlanDefinition, changes: ChangeSet, now: number): void {
    const { points, terms } = this.#options;
    const own = points.of(plan.id);
    const rpoMinutes = targetOf(plan, 'rpoMinutes', terms, now).minutes;
    const known = this.#looked.get(plan.id);
    if (known && known.plan === plan && known.points === own && known.rpoMinutes === rpoMinutes && now < known.until)
      return;
    const state = standingOf(plan, own, terms, now);
    const until = state.nextChangeAt ?? Number.POSITIVE_INFINITY;
    this.#looked.set(plan.id, { plan, points: own, rpoMinutes, until });
    changes.otherwise(() => this.#looked.delete(plan.id));
    const stood = this.#raised.get(plan.id);
    const isMoved = stood !== undefined && !protects(plan, stood);
    // What stands is an incident of what the plan protected before.
    if (isMoved) this.#clear(plan.id, stood, said('recovery.over', { how: 'changed' }), changes, now, true);
    const before = isMoved ? undefined : stood;
    if (state.priority === before?.priority) return;
    if (state.priority !== null) this.#raise(plan, state, state.priority, before, changes, now);
    else if (before) {
      const how = known && known.points === own ? 'changed' : 'point';
      this.#clear(plan.id, before, said('recovery.over', { how }), changes, now);
    }
  }

  #raise(
    plan: PlanDefinition,
    state: PlanState,
    priority: RecoveryPriority,
    before: Raised | undefined,
    changes: ChangeSet,
    at: number,
  ): void {
    const { name, deviceId, serviceId } = inputOf(plan);
    const siteId = deviceId === null ? null : this.#options.siteOfDevice(deviceId);
    const raised = before
      ? { ...before, priority }
      : { clientId: plan.clientId, siteId, deviceId, serviceId, priority };
    this.#remember(plan.id, raised, before, changes);
    const since = (state.stage === 'breached' ? state.breachAt : state.dueAt) ?? at;
    const verdict = {
      kind: before ? 'change' : 'raise',
      rule: 'recovery.exposure',
      object: plan.id,
      priority,
      said: said('recovery.plan', { plan: name, how: state.said }),
      evidence: { metrics: [], threshold: null },
      onset: Math.min(since, at),
      at,
    } as const;
    changes.addIncident(null, this.#options.book.step(verdict, subjectOf(raised)));
  }

  #clear(planId: string, raised: Raised, how: Said, changes: ChangeSet, at: number, isFinal = false): void {
    this.#remember(planId, null, raised, changes);
    this.#looked.delete(planId);
    const plan = this.#options.plans.known(planId);
    const over = plan === null ? how : said('recovery.plan', { plan: inputOf(plan).name, how });
    const verdict = { kind: 'clear', rule: 'recovery.exposure', object: planId, said: over, at, isFinal } as const;
    changes.addIncident(null, this.#options.book.step(verdict, subjectOf(raised)));
  }

  /** Written with the incident; what is refused is said again. */
  #remember(planId: string, raised: Raised | null, before: Raised | undefined, changes: ChangeSet): void {
    const put = (one: Raised | null | undefined): void => {
      if (one) this.#raised.set(planId, one);
      else this.#raised.delete(planId);
    };
    put(raised);
    changes.otherwise(() => put(before));
    this.#isUnwritten = true;
  }
}

function protects(plan: PlanDefinition, { deviceId, serviceId }: Raised): boolean {
  const input = inputOf(plan);
  return input.deviceId === deviceId && input.serviceId === serviceId;
}

function subjectOf({ clientId, siteId = null, deviceId, serviceId }: Raised) {
  return { clientId, siteId, deviceId, serviceId };
}
