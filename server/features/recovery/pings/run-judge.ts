import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import type { Judge } from '../../../core/incidents/judge.ts';
import { endsBy } from '../../../domain/recovery/ping.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { PlanBook } from '../plan-book.ts';
import type { PingBook } from './ping-book.ts';
import { durationOf, endNever } from './ping-port.ts';
import type { RunBook } from './run-book.ts';

export interface RunJudgeOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly plans: PlanBook;
  readonly runs: RunBook;
  readonly pings: PingBook;
}

/** Ends the runs of which nobody will tell the end. */
export function createRunJudge({ store, plans, runs, pings }: RunJudgeOptions): Judge {
  return {
    about: 'runs of backups',
    clockSet(set) {
      runs.clockSet(set);
      pings.clockSet(set);
    },
    judge(changes: ChangeSet, now: number) {
      for (const [planId, { open }] of runs.entries()) {
        if (open.length === 0) continue;
        const plan = plans.find(planId);
        const over = plan ? open.filter((run) => now >= endsBy(run, durationOf(plan))) : [];
        if (plan && over.length > 0)
          endNever(
            { store, runs },
            changes,
            plan,
            over.map(({ id }) => id),
            now,
          );
      }
    },
  };
}
