import { ExposureLine } from '../../domain/recovery/exposure-line.ts';
import { openTimeOf } from '../../domain/recovery/open-time.ts';
import { type PlanState, planState } from '../../domain/recovery/plan-state.ts';
import { EARLIEST_MS, type RecoveryPoint } from '../../domain/recovery/point.ts';
import { inputOf, type PlanDefinition, tableOf } from './definition.ts';
import { type PlanTerms, targetOf } from './targets.ts';

const MINUTE_MS = 60_000;
/** Closed days that are asked for: longer than the longest RPO and what a breach waits for. */
const AHEAD_MS = 800 * 86_400_000;

/** How a plan stands at `now` by its newest points. */
export function standingOf(
  plan: PlanDefinition,
  points: readonly RecoveryPoint[],
  terms: PlanTerms,
  now: number,
): PlanState {
  const input = inputOf(plan);
  const rpo = targetOf(plan, 'rpoMinutes', terms, now).minutes;
  const open = openTimeOf(input.closed, input.timeZone, sinceOf(plan, points, now), now + AHEAD_MS);
  const complete = ExposureLine.of(points, 'complete', open);
  const possible = ExposureLine.of(points, 'possible', open);
  return planState(
    {
      id: plan.id,
      from: plan.createdAt,
      table: tableOf(input),
      rpoMs: rpo === null ? null : rpo * MINUTE_MS,
      durationMs: input.durationMinutes * MINUTE_MS,
      graceMs: input.graceMinutes === null ? null : input.graceMinutes * MINUTE_MS,
    },
    { complete, possible, blindSince: null },
    now,
  );
}

/** Since when closed days are asked for: never by what counts for nothing, which may say that it is of any year. */
function sinceOf({ createdAt }: PlanDefinition, points: readonly RecoveryPoint[], now: number): number {
  const newest = (['complete', 'possible'] as const).map((trust) => ExposureLine.of(points, trust).newestAt(now));
  return Math.max(EARLIEST_MS, Math.min(...newest.map((at) => at ?? createdAt)));
}
