import { ExposureLine } from '../../domain/recovery/exposure-line.ts';
import { openTimeOf } from '../../domain/recovery/open-time.ts';
import { type PlanState, planState } from '../../domain/recovery/plan-state.ts';
import type { RecoveryPoint } from '../../domain/recovery/point.ts';
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
  const oldest = Math.min(plan.createdAt, ...points.map(({ startedAt }) => startedAt));
  const open = openTimeOf(input.closed, input.timeZone, oldest, now + AHEAD_MS);
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
