import type { RecoveryPlanRow, RecoveryStanding } from '../../../protocol/api/recovery.ts';

export type Stage = RecoveryStanding['stage'];

/** Worst first. That nobody can look, or that nothing is proven, comes before what is merely late: it may be worse. */
export const stages = [
  'breached',
  'at_risk',
  'blind',
  'unproven',
  'overdue',
  'kept',
] as const satisfies readonly Stage[];

/** What would be lost as a share of what was promised; null where one of the two is not known. */
export function shareOfTarget({ standing, rpo }: Pick<RecoveryPlanRow, 'standing' | 'rpo'>): number | null {
  if (standing.exposureMs === null || rpo.minutes === null) return null;
  return standing.exposureMs / (rpo.minutes * 60_000);
}

/** Worst stage first, then whoever has used up most of its promise, then by name. */
export function worstFirst(a: RecoveryPlanRow, b: RecoveryPlanRow): number {
  return (
    stages.indexOf(a.standing.stage) - stages.indexOf(b.standing.stage) ||
    (shareOfTarget(b) ?? -1) - (shareOfTarget(a) ?? -1) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
    (a.id < b.id ? -1 : 1)
  );
}
