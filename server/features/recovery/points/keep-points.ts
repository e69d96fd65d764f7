import { mergePoints, type RecoveryPoint } from '../../../domain/recovery/point.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { ScopedStore, Store } from '../../../platform/store/store.ts';
import type { Turn } from '../../../platform/store/turn.ts';
import type { PlanDefinition } from '../definition.ts';
import type { PointBook } from './point-book.ts';
import { toPoint, toRow } from './point-rows.ts';

export interface KeepOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly points: PointBook;
}

export type KeepPoints = (
  turn: Pick<Turn, 'add' | 'afterwards'>,
  scoped: ScopedStore,
  plan: PlanDefinition,
  told: readonly RecoveryPoint[],
  toldBy: string,
) => Promise<ReadonlyMap<string, RecoveryPoint>>;

/**
 * Writes what was told of points of one plan, merged with what is known of them, and lets memory follow once that is durable. What
 * says nothing new is not written.
 * @returns each as it is known now, by its id
 */
export function createKeepPoints({ store, points }: KeepOptions): KeepPoints {
  return async (turn, scoped, plan, told, toldBy) => {
    const ids = [...new Set(told.map(({ id }) => id))];
    const rows = new Map((await scoped.recoveryPoints.these(plan.id, ids)).map((row) => [row.point_id, row]));
    const merged = mergePoints([...[...rows.values()].map(toPoint), ...told]);
    const changed = merged.filter((point) => {
      const row = rows.get(point.id);
      return row === undefined || !isSame(point, toPoint(row));
    });
    const { recoveryPoints } = store.scoped(everyClient);
    for (const point of changed) {
      turn.add(recoveryPoints.saveStatement(toRow(plan, point, rows.get(point.id)?.told_by ?? toldBy)));
    }
    if (changed.length > 0) turn.afterwards(await points.next(scoped, plan.id, changed));
    return new Map(merged.map((point) => [point.id, point]));
  };
}

function isSame(a: RecoveryPoint, b: RecoveryPoint): boolean {
  return (Object.keys(a) as (keyof RecoveryPoint)[]).every((name) => a[name] === b[name]);
}
