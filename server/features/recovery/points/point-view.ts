import type { RecoveryPoint as PointDocument, RecoveryChainBreak } from '../../../../protocol/api/recovery-point.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { said } from '../../../../protocol/said/said.ts';
import { iso } from '../../../domain/iso.ts';
import type { ChainBreak } from '../../../domain/recovery/chain.ts';
import { type RecoveryPoint, refusalOf } from '../../../domain/recovery/point.ts';
import { inputOf, type PlanDefinition } from '../definition.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export function pointView(plan: PlanDefinition, point: RecoveryPoint): PointDocument {
  const { id, kind, follows: after, completeness, sizeBytes, placeId } = point;
  return {
    planId: plan.id,
    id,
    startedAt: iso(point.startedAt),
    finishedAt: isoOrNull(point.finishedAt),
    seenAt: iso(point.seenAt),
    completeness,
    sizeBytes,
    kind,
    after,
    verifiedAt: isoOrNull(point.verifiedAt),
    goneAt: isoOrNull(point.goneAt),
    place: placeId === '' ? inputOf(plan).target.place : placeId,
    refusal: refusalOf(point),
  };
}

export function breakView({ pointId, brokenAt, why }: ChainBreak, now: number): RecoveryChainBreak {
  const one = said('recovery.chain.broken', { point: pointId, missing: brokenAt, why });
  return { pointId, brokenAt, why, sentence: plain(one, now), said: one };
}
