import { ProtocolError } from '../../../../protocol/error.ts';
import type { AgentPlan } from '../../../../protocol/wire/plan.ts';
import type { TaskKind } from '../../../core/tasks/kind.ts';

/** All that a machine is to check from now on. What it finds comes in its reports. */
export const checks: TaskKind<AgentPlan, { readonly checks: number }> = {
  name: 'checks',
  isStanding: true,
  maxResultBytes: 256,
  maxFileBytes: 0,
  write: (plan) => JSON.stringify(plan),
  judge(json) {
    const count = (JSON.parse(json) as { checks?: unknown } | null)?.checks;
    if (!Number.isSafeInteger(count))
      throw new ProtocolError('frame_malformed', 'It does not say how many it follows.');
    return { checks: Number(count) };
  },
};
