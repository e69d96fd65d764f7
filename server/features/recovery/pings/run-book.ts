import { movedBack, type SetBack } from '../../../domain/moved-back.ts';
import type { OpenRun } from '../../../domain/recovery/ping.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { RunRow } from '../../../platform/store/repo/recovery-run.ts';
import type { Store } from '../../../platform/store/store.ts';

/** What the next ping of a plan is judged by. */
export interface RunsOfPlan {
  /** Oldest first. */
  readonly open: readonly OpenRun[];
  /** When the newest run ended that did; null: none did. */
  readonly lastEndAt: number | null;
  readonly newest: RunRow | null;
}

const nothing: RunsOfPlan = { open: [], lastEndAt: null, newest: null };

/** The runs of each plan that go on, and its newest. What changes here follows what was written. */
export class RunBook {
  readonly #runs = new Map<string, RunsOfPlan>();
  #lastId = 0;

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    for (const row of await store.scoped(everyClient).recoveryRuns.standing()) {
      this.#lastId = Math.max(this.#lastId, row.id);
      this.put(row);
    }
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    const back = (at: number): number => movedBack(at, set.now, set);
    const orNull = (at: number | null): number | null => (at === null ? null : back(at));
    for (const [planId, { open, lastEndAt, newest }] of this.#runs) {
      this.#runs.set(planId, {
        open: open.map((run) => ({ ...run, startedAt: back(run.startedAt) })),
        lastEndAt: orNull(lastEndAt),
        newest: newest && { ...newest, started_at: orNull(newest.started_at), ended_at: orNull(newest.ended_at) },
      });
    }
  }

  /** Never given twice, also not if what it was for is refused. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  of(planId: string): RunsOfPlan {
    return this.#runs.get(planId) ?? nothing;
  }

  entries(): Iterable<[string, RunsOfPlan]> {
    return this.#runs;
  }

  /** In place of what was known of it. */
  put(row: RunRow): void {
    const { open, lastEndAt, newest } = this.of(row.plan_id);
    const others = open.filter(({ id }) => id !== row.id);
    const goesOn = row.outcome === 'running' && row.started_at !== null;
    const next = goesOn ? [...others, { id: row.id, name: row.name, startedAt: row.started_at ?? 0 }] : others;
    this.#runs.set(row.plan_id, {
      open: next.sort((a, b) => a.startedAt - b.startedAt || a.id - b.id),
      lastEndAt: row.ended_at === null ? lastEndAt : Math.max(row.ended_at, lastEndAt ?? row.ended_at),
      newest: newest === null || newest.id <= row.id ? row : newest,
    });
  }
}
