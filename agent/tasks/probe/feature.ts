import { Feature, type Frame } from '../../../protocol/wire/frame.ts';
import type { ProbeAnswer, ProbeRequest, ProbeTask } from '../../../protocol/wire/plan.ts';
import { parseProbeRequest } from '../../../protocol/wire/probe.ts';
import { describeError } from '../../log/log.ts';
import type { AgentFeature, AgentKit } from '../feature.ts';
import { anyKind, type TaskKind } from '../kind.ts';
import { createProbeKind } from './kind.ts';

/** Whether a neighbour is alive, as a task and by the frames that came before them. */
export function createProbeFeature(
  { policy, log }: Pick<AgentKit, 'policy' | 'log'>,
  probe: TaskKind<ProbeTask> = createProbeKind(),
): AgentFeature & Required<Pick<AgentFeature, 'former'>> {
  async function answerTo(request: ProbeRequest): Promise<ProbeAnswer> {
    const { id } = request;
    const objection = probe.objection(request, policy());
    if (objection !== undefined) return { id, outcome: 'not_permitted', detail: objection, tookMs: 0 };
    // It ends by its own bound, and leaves no file.
    const found = await probe.run(request, { signal: new AbortController().signal, filePath: '' });
    return { id, ...found } as ProbeAnswer;
  }

  function take(json: string, send: (answer: Frame) => void): void {
    Promise.resolve()
      .then(() => answerTo(parseProbeRequest(json)))
      .then((answer) => send({ type: 'probe_result', json: JSON.stringify(answer) }))
      .catch((error: unknown) => log.warn('a question about a neighbour could not be answered', describeError(error)));
  }

  return {
    kind: anyKind(probe),
    former: { type: 'probe', bits: policy().allows('probe-peers') ? Feature.probe : 0, take },
  };
}
