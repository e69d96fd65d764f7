import { parsePlan } from '../../../protocol/wire/check-plan.ts';
import type { AgentPlan } from '../../../protocol/wire/plan.ts';
import type { TaskKind } from '../kind.ts';
import type { Checks } from './checks.ts';

/**
 * `checks`: the plan of all that this machine is to check, which stands until another takes its place. What the checks find travels
 * in reports, as metrics. Whether one may look at other hosts is asked of the policy by each of its runs.
 */
export function createChecksKind(checks: Checks): TaskKind<{ readonly json: string; readonly plan: AgentPlan }> {
  return {
    name: 'checks',
    isSerial: true,
    maxFileBytes: 0,
    parse: (json) => ({ json, plan: parsePlan(json) }),
    objection: () => undefined,
    run: async ({ json, plan }) => {
      checks.take(json, plan);
      return { checks: plan.checks.length };
    },
  };
}
