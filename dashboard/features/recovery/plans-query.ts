import type { RecoveryPlanRow } from '../../../protocol/api/recovery.ts';
import { type Stage, stages } from '../../parts/recovery/stages.ts';

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
