import type { Act } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import { throughputOf } from '../../domain/recovery/outlook.ts';
import { everyClient } from '../../domain/scope.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { DrillBook } from './drills/drill-book.ts';
import { DrillJudge, type DrillJudgeOptions } from './drills/judge.ts';
import { createDrillPort } from './drills/port.ts';
import { drillRoutes } from './drills/routes.ts';
import { createRecoveryExports, type RecoveryExportsOptions } from './exports.ts';
import { createIfLost, type IfLostOptions } from './if-lost/port.ts';
import { ifLostRoutes } from './if-lost/routes.ts';
import { createOutages, type OutagesOptions } from './outages/create-outages.ts';
import type { Protection } from './protected-plan.ts';

export interface RecoveryTimesOptions extends Omit<OutagesOptions, 'restoreMs' | 'store' | 'book'> {
  readonly store: Pick<Store, 'scoped' | 'settings'>;
  readonly book: OutagesOptions['book'] & DrillJudgeOptions['book'];
  readonly act: Act;
  readonly now: () => number;
  readonly protection: Protection;
  readonly deviceOf: IfLostOptions['deviceOf'];
  readonly servicesOf: IfLostOptions['servicesOf'];
  readonly slugsOf: RecoveryExportsOptions['slugsOf'];
}

/** As long as what they prove is asked for. */
const KEEP_MS = 5 * 366 * 86_400_000;

/** How long it takes to be back: of outages that go on, and as it was tried. */
export async function createRecoveryTimes(options: RecoveryTimesOptions) {
  const { store, protection, now } = options;
  const drills = new DrillBook();
  await drills.load(store);
  const judge = new DrillJudge({ ...options, drills });
  await judge.load();
  const restoreMs = (planId: string): number | null => {
    const throughput = throughputOf(drills.of(planId), now());
    const size = protection.sizeToday(planId);
    return throughput === null || size === null ? null : Math.ceil(size / throughput.median);
  };
  const outages = await createOutages({ ...options, restoreMs });
  const port = createDrillPort({ ...options, drills });
  const ifLost = createIfLost({ ...options, drills, restoreMs });
  const routes: readonly AddRoutes[] = [(http) => drillRoutes(http, port), (http) => ifLostRoutes(http, ifLost)];
  return {
    drillPort: port,
    policies: [outages.policy],
    judges: [outages.judge, judge],
    routes,
    daily: [
      {
        name: 'restore drills',
        remove: async (certainNow: number) => {
          const removed = await store.scoped(everyClient).recoveryDrills.prune(certainNow - KEEP_MS);
          drills.prune(certainNow - KEEP_MS);
          return { drills: removed };
        },
      },
    ],
    scraped: createRecoveryExports({ ...options, drills }),
    take: (changes: ChangeSet) => outages.take(changes),
  };
}
