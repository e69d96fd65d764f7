import type { ClockEnd, ClockOutcome } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { OnSiteClock } from './on-site.ts';
import type { TermsInForce } from './sources.ts';

/** One computation of a due time. They are kept; the last one counts. Times are ms since 1970. */
export interface ClockComputation {
  readonly at: number;
  readonly why: Said;
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

/** A clock that was closed before the incident came back. */
export interface ClosedRound {
  readonly startedAt: number;
  readonly dueAt: number | null;
  readonly respondedAt: number | null;
  readonly outcome: ClockOutcome;
  readonly contractual: boolean;
  readonly binding: boolean;
  /** Absent: acknowledged, as all did once. */
  readonly endsAt?: ClockEnd;
}

/** The response clock of an incident, as it is stored with it. */
export interface ResponseClock {
  /** Which of the incident's four times it ends at. */
  readonly endsAt: ClockEnd;
  readonly startedAt: number;
  /** When a person told us of it; null while only we know. */
  readonly reportedAt: number | null;
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
  /** When the incident reached what the clock ends at. */
  readonly respondedAt: number | null;
  /** When it was resolved by itself, before anybody had got so far. */
  readonly recoveredAt: number | null;
  readonly outcome: ClockOutcome;
  /** When people were told: the assignee at 80 %, the owner of the breach. */
  readonly warnedAt: number | null;
  readonly breachToldAt: number | null;
  readonly onSite: OnSiteClock | null;
  /** Oldest first, the last ones; the history of the incident has them all. */
  readonly earlier: readonly ClosedRound[];
}

/** The terms that a clock is computed under, for a site. */
export interface ClockTerms {
  /** Null without a contract: the terms are our own target then, and nothing is promised. */
  readonly version: number | null;
  readonly terms: TermsInForce['terms'];
  readonly siteId: string | null;
  /** When the contract ends; Infinity if it does not. */
  readonly until: number;
}
