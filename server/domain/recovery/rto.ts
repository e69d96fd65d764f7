import { said as fact, type Said } from '../../../protocol/said/said.ts';
import type { Outage } from './outage.ts';

/** `running`: it does not work yet, and there is time left. What is met or breached stays so. */
export type RtoVerdict = 'running' | 'met' | 'breached';

/** What was decided once, with what counted then: a target that changes later does not change it. */
export interface RtoDecision {
  readonly verdict: 'met' | 'breached';
  readonly rtoMs: number;
  readonly dueAt: number;
}

export interface RtoState {
  readonly verdict: RtoVerdict;
  readonly rtoMs: number;
  /** The last instant at which it is met. */
  readonly dueAt: number;
  /** From onset to full function, or until now. Wall clock: closed days count. */
  readonly elapsedMs: number;
  /** Negative: by how much it is exceeded. */
  readonly leftMs: number;
  readonly isOver: boolean;
  /** That it works in part, since when. */
  readonly partialAt: number | null;
  /** To be kept once there is one. */
  readonly decision: RtoDecision | null;
  readonly said: Said;
}

/**
 * The clock from failure to full function, as it stands at `now`. A restoration in the future has not happened; one before the onset
 * ended nothing that lasted.
 */
export function rtoState(outage: Outage, rtoMs: number, now: number, kept: RtoDecision | null = null): RtoState {
  const { onset, restoredAt, partialAt } = outage;
  const counted = kept ?? { rtoMs, dueAt: onset + rtoMs };
  const isOver = restoredAt !== null && restoredAt <= now;
  const end = Math.max(onset, isOver ? restoredAt : now);
  const verdict = kept?.verdict ?? (end > counted.dueAt ? 'breached' : isOver ? 'met' : 'running');
  return {
    verdict,
    rtoMs: counted.rtoMs,
    dueAt: counted.dueAt,
    elapsedMs: end - onset,
    leftMs: counted.dueAt - end,
    isOver,
    partialAt: partialAt !== null && partialAt <= now ? partialAt : null,
    decision: verdict === 'running' ? null : { verdict, rtoMs: counted.rtoMs, dueAt: counted.dueAt },
    said: say(verdict, counted, isOver ? end - onset : null, end - onset),
  };
}

function say(
  verdict: RtoVerdict,
  { rtoMs: rto, dueAt: due }: { readonly rtoMs: number; readonly dueAt: number },
  took: number | null,
  elapsedMs: number,
): Said {
  if (verdict === 'running') return fact('recovery.rto.running', { due, rto });
  if (verdict === 'met') return fact('recovery.rto.met', { took: elapsedMs, rto });
  return fact('recovery.rto.breached', { due, rto, took });
}
