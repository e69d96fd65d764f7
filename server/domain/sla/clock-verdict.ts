import type { ClockOutcome } from '../../../protocol/api/contract.ts';
import type { ClockTerms, ResponseClock } from './response-clock.ts';

/** How a clock is closed. */
export interface Closing {
  readonly under: ClockTerms;
  /** When what the clock ends at was reached; null: the incident is over without. */
  readonly reachedAt: number | null;
  /** Nobody ended it. */
  readonly byItself?: boolean;
}

/** The clock with its verdict; one that stands already stays. Late is breached, if it can be. */
export function closeAt(
  clock: ResponseClock,
  at: number,
  { reachedAt, byItself = false, under }: Closing,
): ResponseClock {
  const { dueAt, outcome, binding } = clock;
  const isRecovered = reachedAt === null && byItself;
  const inTime = isRecovered ? recoveredOutcome(under) : 'met';
  const decided =
    outcome !== 'running' ? outcome : dueAt === null || at <= dueAt ? inTime : binding ? 'breached' : 'none';
  return {
    ...clock,
    respondedAt: reachedAt ?? clock.respondedAt,
    recoveredAt: isRecovered ? at : null,
    outcome: decided,
  };
}

/** What it counts as that an incident ended by itself, in time. */
export function recoveredOutcome({ terms }: ClockTerms): ClockOutcome {
  return terms.selfRecovery === 'met' ? 'met' : 'recovered';
}

/** False once the verdict stands: nothing that is learnt or agreed later changes it. */
export function isUndecided({ respondedAt, recoveredAt, outcome }: ResponseClock): boolean {
  return respondedAt === null && recoveredAt === null && !verdicts.includes(outcome);
}

const verdicts: readonly ClockOutcome[] = ['met', 'breached', 'recovered'];
