import type { ClockOutcome } from '../../../protocol/contract.ts';
import type { Priority } from '../../../protocol/view.ts';

/** One computation of a due time. They are kept; the last one counts. Times are ms since 1970. */
export interface ClockComputation {
  readonly at: number;
  readonly why: string;
  readonly priority: Priority;
  /** Business time to first response; null: none is agreed. */
  readonly targetMs: number | null;
  readonly dueAt: number | null;
  /** The version of the contract that was in force, null without a contract. */
  readonly contractVersion: number | null;
}

export interface ClockPause {
  readonly from: number;
  readonly to: number | null;
  readonly reason: string;
  readonly by: string;
}

/** The response clock of an incident, as it is stored with it. First response is a person's acknowledgement. */
export interface ResponseClock {
  readonly startedAt: number;
  /** False: our internal target, not what the contract promises. */
  readonly contractual: boolean;
  /** False: shown, never breached. */
  readonly binding: boolean;
  readonly aroundTheClock: boolean;
  readonly timeZone: string;
  readonly computations: readonly ClockComputation[];
  readonly pauses: readonly ClockPause[];
  readonly halfAt: number | null;
  readonly warnAt: number | null;
  readonly dueAt: number | null;
  readonly respondedAt: number | null;
  readonly outcome: ClockOutcome;
  /** When people were told: the assignee at 80 %, the owner of the breach. */
  readonly warnedAt: number | null;
  readonly breachToldAt: number | null;
  readonly onSite: {
    readonly markedAt: number;
    readonly dueAt: number;
    readonly arrivedAt: number | null;
    readonly outcome: ClockOutcome;
  } | null;
}
