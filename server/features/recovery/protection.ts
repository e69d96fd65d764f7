import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';
import { inputOf, type PlanDefinition, tableOf } from './definition.ts';
import type { PlanBook } from './plan-book.ts';
import type { PointBook } from './points/point-book.ts';
import type { ProtectedPlan, Protection } from './protected-plan.ts';
import { standingOf } from './standing.ts';
import type { PlanTerms } from './targets.ts';

export interface ProtectionOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly plans: PlanBook;
  readonly points: PointBook;
  readonly terms: PlanTerms;
}

const MINUTE_MS = 60_000;
const LOOK_BACK_MS = 400 * 86_400_000;

const msOf = (minutes: number | null): number | null => (minutes === null ? null : minutes * MINUTE_MS);

const isWhole = (completeness: string): boolean => completeness === 'complete' || completeness === 'seen';

/** Plans and what is known of their backups, as other features read them. */
export function createProtection({ store, plans, points, terms }: ProtectionOptions): Protection {
  const view = (plan: PlanDefinition, input: RecoveryPlanInput, at: number): ProtectedPlan => {
    const { id, clientId } = plan;
    const { name, deviceId, serviceId, tool, target, timeZone } = input;
    const agreed = terms.at(clientId, at)?.terms.recovery ?? null;
    const rpoMs = msOf(input.rpoMinutes ?? agreed?.rpoMinutes ?? null);
    const rtoMs = msOf(input.rtoMinutes ?? agreed?.rtoMinutes ?? null);
    return { id, clientId, name, deviceId, serviceId, tool, place: target.place, timeZone, rpoMs, rtoMs };
  };
  return {
    plans: (scope, now) => plans.list(scope).map((plan) => view(plan, inputOf(plan), now)),
    plan: (scope, id, now) => {
      const plan = plans.require(scope, id);
      return view(plan, inputOf(plan), now);
    },
    of: ({ deviceId, serviceId }, at) =>
      plans.ever().flatMap((plan) => {
        const input = plan.versions.findLast(({ from }) => from <= at)?.input;
        if (!input || plan.createdAt > at || (plan.removedAt !== null && plan.removedAt <= at)) return [];
        const isOf =
          (deviceId !== null && input.deviceId === deviceId) || (serviceId !== null && input.serviceId === serviceId);
        return isOf ? [view(plan, input, at)] : [];
      }),
    standing: (id, now) => standingOf(plans.require(everyClient, id), points.of(id), terms, now),
    rhythm: (id) => tableOf(inputOf(plans.require(everyClient, id))),
    sizeToday: (id) => {
      const sized = points.of(id).filter(({ completeness: is, sizeBytes }) => isWhole(is) && sizeBytes !== null);
      return sized.at(-1)?.sizeBytes ?? null;
    },
    measures: async (id, now) => {
      const rows = await store.scoped(everyClient).recoveryPoints.since(id, now - LOOK_BACK_MS);
      return rows
        .filter(({ completeness, started_at: at, seen_at: seen }) => isWhole(completeness) && at <= seen)
        .map(({ started_at: at, finished_at: end, size_bytes: sizeBytes }) => {
          return { at, tookMs: end === null || end < at ? null : end - at, sizeBytes };
        });
    },
  };
}
