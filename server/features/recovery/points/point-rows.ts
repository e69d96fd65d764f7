import type { RecoveryPoint } from '../../../domain/recovery/point.ts';
import type { Row } from '../../../platform/store/tables.ts';
import type { PlanDefinition } from '../definition.ts';

export function toPoint(row: Row<'recovery_point'>): RecoveryPoint {
  return {
    id: row.point_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    seenAt: row.seen_at,
    completeness: row.completeness,
    verifiedAt: row.verified_at,
    goneAt: row.gone_at,
    kind: row.kind,
    follows: row.follows,
    sizeBytes: row.size_bytes,
    placeId: row.place ?? '',
  };
}

export function toRow(
  plan: Pick<PlanDefinition, 'id' | 'clientId'>,
  point: RecoveryPoint,
  toldBy: string,
): Row<'recovery_point'> {
  return {
    plan_id: plan.id,
    client_id: plan.clientId,
    point_id: point.id,
    started_at: point.startedAt,
    finished_at: point.finishedAt,
    seen_at: point.seenAt,
    completeness: point.completeness,
    size_bytes: point.sizeBytes,
    verified_at: point.verifiedAt,
    gone_at: point.goneAt,
    kind: point.kind,
    follows: point.follows,
    place: point.placeId === '' ? null : point.placeId,
    told_by: toldBy,
  };
}

/** A full backup at the place of the plan, of which only that it was seen is known. */
export function seenPoint(id: string, startedAt: number, seenAt: number): RecoveryPoint {
  return {
    ...{ id, startedAt, seenAt, finishedAt: null, completeness: 'seen', verifiedAt: null, goneAt: null },
    ...{ kind: 'full', follows: null, sizeBytes: null, placeId: '' },
  };
}
