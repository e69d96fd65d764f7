import { everyClient } from '../../domain/scope.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import { PlanBook } from './plan-book.ts';
import { createPlanPort, type PlanPortOptions } from './plan-port.ts';
import { planRoutes, pointRoutes } from './plan-routes.ts';
import { PointBook } from './point-book.ts';
import { createPointPort } from './point-port.ts';

/** As long as attainment is asked for. */
const KEEP_MS = 5 * 366 * 86_400_000;
/** Of each plan: one every hour for as long. */
const MOST_KEPT = 50_000;

/** What is protected, what is promised of it, and which backups there are. */
export async function createRecovery(options: Omit<PlanPortOptions, 'plans' | 'points'>) {
  const { store, act } = options;
  const [plans, points] = [new PlanBook(), new PointBook()];
  await plans.load(store);
  await points.load(store);
  const port = createPlanPort({ ...options, plans, points });
  const pointPort = createPointPort({ store, act, plans, points });
  const routes: AddRoutes[] = [(http) => planRoutes(http, port), (http) => pointRoutes(http, pointPort)];
  return {
    name: 'recovery',
    port,
    routes,
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
