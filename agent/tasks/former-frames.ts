import type { Frame, PlanFrame, ProbeFrame } from '../../protocol/wire/frame.ts';
import type { ProbeAnswer, ProbeRequest, ProbeTask } from '../../protocol/wire/plan.ts';
import { parseProbeRequest } from '../../protocol/wire/probe.ts';
import { describeError, type Log } from '../log/log.ts';
import type { Checks } from './checks/checks.ts';
import type { TaskKind } from './kind.ts';
import type { Policy } from './policy.ts';

/** What a server asks that does not know tasks: the first two kinds had frames of their own, which nothing keeps. */
export interface FormerFrames {
  /** @throws ProtocolError frame_malformed for a plan that cannot be read */
  take(frame: ProbeFrame | PlanFrame, send: (answer: Frame) => void): void;
}

export interface FormerFramesOptions {
  readonly probe: TaskKind<ProbeTask>;
  readonly checks: Pick<Checks, 'take'>;
  readonly policy: () => Policy;
  readonly log: Log;
}

export function createFormerFrames({ probe, checks, policy, log }: FormerFramesOptions): FormerFrames {
  async function answerTo(request: ProbeRequest): Promise<ProbeAnswer> {
    const { id } = request;
    const objection = probe.objection(request, policy());
    if (objection !== undefined) return { id, outcome: 'not_permitted', detail: objection, tookMs: 0 };
    // It ends by its own bound, and leaves no file.
    const found = await probe.run(request, { signal: new AbortController().signal, filePath: '' });
    return { id, ...found } as ProbeAnswer;
  }

  return {
    take(frame, send) {
      if (frame.type === 'plan') {
        checks.take(frame.json);
        return;
      }
      Promise.resolve()
        .then(() => answerTo(parseProbeRequest(frame.json)))
        .then((answer) => send({ type: 'probe_result', json: JSON.stringify(answer) }))
        .catch((error: unknown) =>
          log.warn('a question about a neighbour could not be answered', describeError(error)),
        );
    },
  };
}
