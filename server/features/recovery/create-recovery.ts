import type { AddRoutes } from '../../platform/http/http.ts';
import { PlanBook } from './plan-book.ts';
import { createPlanPort, type PlanPortOptions } from './plan-port.ts';
import { planRoutes } from './plan-routes.ts';

/** What is protected, and what is promised of it. */
export async function createRecovery(options: Omit<PlanPortOptions, 'plans'>) {
  const plans = new PlanBook();
  await plans.load(options.store);
  const port = createPlanPort({ ...options, plans });
  const routes: AddRoutes = (http) => planRoutes(http, port);
  return { name: 'recovery', port, routes: [routes] };
}
