import type { ProbeFinding, ProbeTask } from '../../../../protocol/wire/plan.ts';
import { parseProbeFinding } from '../../../../protocol/wire/probe.ts';
import type { TaskKind } from '../kind.ts';

/** Does anything of this neighbour answer? */
export const probe: TaskKind<ProbeTask, ProbeFinding> = {
  name: 'probe',
  isStanding: false,
  maxResultBytes: 4 * 1024,
  maxFileBytes: 0,
  write: (task) => JSON.stringify(task),
  judge: parseProbeFinding,
};
