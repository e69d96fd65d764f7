import { everyClient } from '../../domain/scope.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { createAttainmentPort } from './attainment/attainment-port.ts';
import { AttainmentReader } from './attainment/attainment-reader.ts';
import { attainmentRoutes } from './attainment/attainment-routes.ts';
import { GoneDevices } from './gone-devices.ts';
import { PingBook } from './pings/ping-book.ts';
import { createPingPort, type PingPortOptions } from './pings/ping-port.ts';
import { pingRoutes } from './pings/ping-routes.ts';
import { RunBook } from './pings/run-book.ts';
import { createRunJudge } from './pings/run-judge.ts';
import { PlanBook } from './plan-book.ts';
import { createPlanPort, type PlanPortOptions } from './plan-port.ts';
import { planRoutes } from './plan-routes.ts';
import { createKeepPoints } from './points/keep-points.ts';
import { PointBook } from './points/point-book.ts';
import { createPointPort } from './points/point-port.ts';
import { pointRoutes } from './points/point-routes.ts';
import { createProtection } from './protection.ts';
import { RecoveryJudge, type RecoveryJudgeOptions } from './recovery-judge.ts';

/** As long as attainment is asked for. */
const KEEP_MS = 5 * 366 * 86_400_000;
/** Of each plan: one every hour for as long. */
const MOST_KEPT = 50_000;
/** Runs say less than points, and nothing is computed from old ones. */
const KEEP_RUNS_MS = 400 * 86_400_000;
const MOST_RUNS_KEPT = 5_000;

export interface RecoveryOptions
  extends Omit<PlanPortOptions, 'plans' | 'books'>,
    Pick<PingPortOptions, 'hear' | 'endOfMaker'>,
    Pick<RecoveryJudgeOptions, 'siteOfDevice'> {
  readonly store: Pick<Store, 'scoped' | 'settings'>;
  readonly book: RecoveryJudgeOptions['book'];
}

/** What is protected, what is promised of it, and which backups there are. */
export async function createRecovery(options: RecoveryOptions) {
  const { store } = options;
  const plans = new PlanBook();
  const books = { points: new PointBook(), runs: new RunBook(), pings: new PingBook(), gone: new GoneDevices() };
  for (const book of [plans, ...Object.values(books)]) await book.load(store);
  const { points, gone } = books;
  const judge = new RecoveryJudge({ ...options, plans, points, gone });
  await judge.load();
  const keep = createKeepPoints({ store, points });
  const port = createPlanPort({ ...options, plans, books });
  const pointPort = createPointPort({ ...options, plans, points, keep });
  const pingPort = createPingPort({ ...options, ...books, plans, keep });
  const reader = new AttainmentReader({ store, points, terms: options.terms, endOf: (plan) => gone.endOf(plan) });
  const attainments = createAttainmentPort({ plans, reader, now: options.now });
  const routes: AddRoutes[] = [
    (http) => planRoutes(http, port),
    (http) => pointRoutes(http, pointPort),
    (http, facts) => pingRoutes(http, facts, pingPort),
    (http) => attainmentRoutes(http, attainments, options.now),
  ];
  return {
    name: 'recovery',
    port,
    protection: createProtection({ ...options, plans, points }),
    pingPort,
    routes,
    deviceChanged: (deviceId: string) => gone.follow(store, deviceId),
    judges: [createRunJudge({ store, plans, ...books }), judge],
    daily: [
      {
        name: 'recovery points',
        remove: async (certainNow: number) => ({
          points: await store.scoped(everyClient).recoveryPoints.prune(certainNow - KEEP_MS, MOST_KEPT),
          runs: await store.scoped(everyClient).recoveryRuns.prune(certainNow - KEEP_RUNS_MS, MOST_RUNS_KEPT),
        }),
      },
    ],
  };
}
