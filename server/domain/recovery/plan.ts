import type { ExposureLine } from './exposure-line.ts';
import type { Timetable } from './rhythm.ts';

/** What is promised of something that is protected, and how it is kept. All in ms. */
export interface Plan {
  readonly id: string;
  /** When it was made. */
  readonly from: number;
  /** Null where its rhythm is not known: then only its exposure is judged. */
  readonly table: Timetable | null;
  readonly rpoMs: number | null;
  /** How long a run takes; 0 where nobody knows yet. */
  readonly durationMs: number;
  /** How late a run may be before it is missed; null: a tenth of the time between two, from 5 min to 2 h. */
  readonly graceMs: number | null;
}

/** What is known of its points. */
export interface PlanKnowledge {
  readonly complete: ExposureLine;
  readonly possible: ExposureLine;
  /** Since when nobody can look; null: one can. */
  readonly blindSince: number | null;
}

/** How much worse than well: one miss, two, the contract. */
export type RecoveryPriority = 'normal' | 'medium' | 'high';
