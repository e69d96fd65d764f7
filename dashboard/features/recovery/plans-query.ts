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

/** What the list of plans shows; all of it stands in the address. */
export interface PlansQuery {
  /** Empty: all. */
  readonly stages: ReadonlySet<Stage>;
  readonly clientId: string;
  readonly text: string;
}

export function parsePlansQuery(params: URLSearchParams): PlansQuery {
  const wanted = (params.get('stage') ?? '').split(',');
  return {
    stages: new Set(stages.filter((stage) => wanted.includes(stage))),
    clientId: params.get('client') ?? '',
    text: params.get('q') ?? '',
  };
}

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

/** The plans that the query lets through. `wordsOf` is what can be searched of one. */
export function filterPlans(
  plans: readonly RecoveryPlanRow[],
  query: PlansQuery,
  wordsOf: (plan: RecoveryPlanRow) => string,
): RecoveryPlanRow[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  return plans.filter(
    (plan) =>
      (query.clientId === '' || plan.clientId === query.clientId) &&
      (query.stages.size === 0 || query.stages.has(plan.standing.stage)) &&
      words.every((word) => wordsOf(plan).toLowerCase().includes(word)),
  );
}
