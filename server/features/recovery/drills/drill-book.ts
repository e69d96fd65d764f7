import type { DrillTarget } from '../../../../protocol/api/drills.ts';
import { movedBack, type SetBack } from '../../../domain/moved-back.ts';
import type { Drill } from '../../../domain/recovery/drill.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { Row } from '../../../platform/store/tables.ts';

/** A drill as it was recorded. Times are ms since 1970. */
export interface RecordedDrill extends Drill {
  readonly clientId: string;
  readonly planId: string;
  readonly finishedAt: number;
  readonly result: Exclude<Drill['result'], 'running'>;
  readonly files: number | null;
  readonly firstDifference: string | null;
  readonly evidence: string;
  readonly recordedAt: number;
  readonly byName: string;
}

const none: readonly RecordedDrill[] = [];

/** Every drill, and how often one is wanted, in memory. What changes here follows what was written. */
export class DrillBook {
  readonly #drills = new Map<string, readonly RecordedDrill[]>();
  readonly #targets = new Map<string, DrillTarget>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    const { recoveryDrills } = store.scoped(everyClient);
    for (const row of await recoveryDrills.all()) this.put(toDrill(row));
    for (const { plan_id: planId, document_json: json } of await recoveryDrills.targets())
      this.setTarget(planId, JSON.parse(json) as DrillTarget);
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    const back = (at: number): number => movedBack(at, set.now, set);
    for (const [planId, drills] of this.#drills) {
      const moved = drills.map((one) => ({
        ...one,
        startedAt: back(one.startedAt),
        finishedAt: back(one.finishedAt),
        recordedAt: back(one.recordedAt),
      }));
      this.#drills.set(planId, moved);
    }
  }

  /** By their start. */
  of(planId: string): readonly RecordedDrill[] {
    return this.#drills.get(planId) ?? none;
  }

  put(drill: RecordedDrill): void {
    const all = [...this.of(drill.planId).filter(({ id }) => id !== drill.id), drill];
    this.#drills.set(
      drill.planId,
      all.sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1)),
    );
  }

  /** Forgets what ended before `at`, as the database does. */
  prune(at: number): void {
    for (const [planId, drills] of this.#drills)
      this.#drills.set(
        planId,
        drills.filter(({ finishedAt }) => finishedAt >= at),
      );
  }

  /** Null: none is wanted. */
  target(planId: string): DrillTarget | null {
    return this.#targets.get(planId) ?? null;
  }

  setTarget(planId: string, target: DrillTarget): void {
    this.#targets.set(planId, target);
  }
}

export function toDrill(row: Row<'recovery_drill'>): RecordedDrill {
  return {
    id: row.id,
    clientId: row.client_id,
    planId: row.plan_id,
    scope: row.scope,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    result: row.result,
    restoredBytes: row.restored_bytes,
    files: row.files,
    firstDifference: row.first_difference,
    evidence: row.evidence,
    recordedAt: row.recorded_at,
    byName: row.by_name,
  };
}
