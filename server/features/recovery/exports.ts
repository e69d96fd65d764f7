import type { Scope } from '../../domain/scope.ts';
import { type Family, mapInTurns, type Now, writeFamilies, writeLabels } from '../../platform/metrics/text-format.ts';
import type { DrillBook } from './drills/drill-book.ts';
import type { ProtectedPlan, Protection } from './protected-plan.ts';

/** Slugs as on all other metrics; empty where it protects no machine. */
export interface PlanPlace {
  readonly client: string;
  readonly site: string;
  readonly device: string;
}

export interface RecoveryExportsOptions {
  readonly protection: Pick<Protection, 'plans' | 'standing'>;
  readonly drills: Pick<DrillBook, 'of'>;
  readonly slugsOf: (plan: ProtectedPlan) => PlanPlace;
  readonly now: () => number;
}

interface PlanExport {
  readonly labels: string;
  readonly newestAt: number | null;
  readonly exposureMs: number | null;
  readonly missed: number;
  readonly rpoMs: number | null;
  readonly rtoMs: number | null;
  readonly drill: { readonly labels: string; readonly endedAt: number; readonly tookMs: number } | null;
}

/** Plans as Prometheus scrapes them, in the scope; written in turns with other work, as `clock` (monotonic, ms) tells them. */
export function createRecoveryExports({ protection, drills, slugsOf, now }: RecoveryExportsOptions) {
  const exportOf = (plan: ProtectedPlan, at: number): PlanExport => {
    const labels = writeLabels({ ...slugsOf(plan), plan: plan.name, plan_id: plan.id });
    const { newestAt, exposureMs, missed } = protection.standing(plan.id, at);
    const last = drills.of(plan.id).findLast(({ finishedAt }) => finishedAt <= at);
    const drill = last && {
      labels: `${labels},${writeLabels({ scope: last.scope, result: last.result })}`,
      endedAt: last.finishedAt,
      tookMs: last.finishedAt - last.startedAt,
    };
    return { labels, newestAt, exposureMs, missed, rpoMs: plan.rpoMs, rtoMs: plan.rtoMs, drill: drill ?? null };
  };
  return async function* scraped(scope: Scope, clock: Now = () => performance.now()): AsyncGenerator<string> {
    const at = now();
    const plans = await mapInTurns(protection.plans(scope, at), (plan) => exportOf(plan, at), clock);
    yield* writeFamilies(families, plans, clock);
  };
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function perPlan(name: string, help: string, value: (plan: PlanExport) => number | null): Family<PlanExport> {
  return { name, help, samples: (plan, emit) => emit(plan.labels, value(plan)) };
}

const families: readonly Family<PlanExport>[] = [
  perPlan(
    'vigia_recovery_point_timestamp_seconds',
    'Start of the newest backup of the plan that is known to be whole; absent without one.',
    ({ newestAt }) => seconds(newestAt),
  ),
  perPlan(
    'vigia_recovery_exposure_seconds',
    'Work that would be lost now, without closed days; absent where no backup is known to be whole.',
    ({ exposureMs }) => seconds(exposureMs),
  ),
  perPlan(
    'vigia_recovery_missed_runs',
    'Runs of the plan that did not come since the newest backup, by its rhythm.',
    ({ missed }) => missed,
  ),
  perPlan('vigia_rpo_target_seconds', 'The most work that may be lost; absent where none is agreed.', ({ rpoMs }) =>
    seconds(rpoMs),
  ),
  perPlan('vigia_rto_target_seconds', 'Time within which it is back; absent where none is agreed.', ({ rtoMs }) =>
    seconds(rtoMs),
  ),
  {
    name: 'vigia_recovery_drill_timestamp_seconds',
    help: 'End of the newest restore drill, by what it restored and its result; absent without one.',
    samples: ({ drill }, emit) => drill && emit(drill.labels, seconds(drill.endedAt)),
  },
  {
    name: 'vigia_recovery_drill_duration_seconds',
    help: 'How long the newest restore drill took.',
    samples: ({ drill }, emit) => drill && emit(drill.labels, seconds(drill.tookMs)),
  },
];
