import { movedBack, type SetBack } from '../../domain/moved-back.ts';
import { type RecoveryPoint, refusalOf } from '../../domain/recovery/point.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';

/** By what the next is judged: what would be lost now, and the usual size. The rest stays in the database. */
const MOST_HELD = 32;

const none: readonly RecoveryPoint[] = [];

/** The newest points of each plan in memory. What changes here follows what was written. */
export class PointBook {
  readonly #points = new Map<string, readonly RecoveryPoint[]>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    const rows = await store.scoped(everyClient).recoveryPoints.newest(MOST_HELD);
    for (const [planId, own] of Map.groupBy(rows, (row) => row.plan_id)) this.#points.set(planId, own.map(toPoint));
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    for (const [planId, points] of this.#points) {
      const moved = points.map((one) => ({ ...one, seenAt: movedBack(one.seenAt, set.now, set) }));
      this.#points.set(planId, moved);
    }
  }

  /** By their start. */
  of(planId: string): readonly RecoveryPoint[] {
    return this.#points.get(planId) ?? none;
  }

  /** In place of what was known of it. */
  put(planId: string, point: RecoveryPoint): void {
    const others = this.of(planId).filter(({ id }) => id !== point.id);
    // What says that it is of a later day would push out all that counts.
    const all = refusalOf(point) === 'future' ? others : [...others, point];
    this.#points.set(planId, all.sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1)).slice(-MOST_HELD));
  }
}

export function toPoint(row: Row<'recovery_point'>): RecoveryPoint {
  return {
    id: row.point_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    seenAt: row.seen_at,
    completeness: row.completeness,
    verifiedAt: null,
    goneAt: null,
    kind: 'full',
    follows: null,
    sizeBytes: row.size_bytes,
    placeId: '',
  };
}

export function toRow(
  plan: { readonly id: string; readonly clientId: string },
  point: RecoveryPoint,
): Row<'recovery_point'> {
  const { id: point_id, startedAt: started_at, finishedAt: finished_at, seenAt: seen_at, completeness } = point;
  const own = { plan_id: plan.id, client_id: plan.clientId, point_id };
  return { ...own, started_at, finished_at, seen_at, completeness, size_bytes: point.sizeBytes };
}
