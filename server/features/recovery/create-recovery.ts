import { everyClient } from '../../domain/scope.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { PlanBook } from './plan-book.ts';
import { createPlanPort, type PlanPortOptions } from './plan-port.ts';
import { planRoutes, pointRoutes } from './plan-routes.ts';
import { PointBook } from './point-book.ts';
import { createPointPort } from './point-port.ts';
import { createProtection } from './protection.ts';
import { RecoveryJudge, type RecoveryJudgeOptions } from './recovery-judge.ts';

/** As long as attainment is asked for. */
const KEEP_MS = 5 * 366 * 86_400_000;
/** Of each plan: one every hour for as long. */
const MOST_KEPT = 50_000;

export interface RecoveryOptions extends Omit<PlanPortOptions, 'plans' | 'points'> {
  readonly store: Pick<Store, 'scoped' | 'settings'>;
  readonly book: RecoveryJudgeOptions['book'];
}

/** What is protected, what is promised of it, and which backups there are. */
export async function createRecovery(options: RecoveryOptions) {
  const { store, act } = options;
  const [plans, points] = [new PlanBook(), new PointBook()];
  await plans.load(store);
  await points.load(store);
  const judge = new RecoveryJudge({ ...options, plans, points });
  await judge.load();
  const port = createPlanPort({ ...options, plans, points });
  const pointPort = createPointPort({ store, act, plans, points });
  const routes: AddRoutes[] = [(http) => planRoutes(http, port), (http) => pointRoutes(http, pointPort)];
  return {
    name: 'recovery',
    port,
    protection: createProtection({ ...options, plans, points }),
    routes,
    judges: [judge],
    daily: [
      {
        name: 'recovery points',
        remove: async (certainNow: number) => ({
          points: await store.scoped(everyClient).recoveryPoints.prune(certainNow - KEEP_MS, MOST_KEPT),
        }),
      },
    ],
  };
}
