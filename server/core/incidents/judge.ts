import type { ChangeSet } from './change-set.ts';

/**
 * Judges once a second, in the lane of the watch, after presence: sites, services, clocks, budgets, maintenance. It reads
 * memory only, and puts what follows into `changes`, which the watch commits in one transaction and publishes. One that throws
 * does not stop the others, and what it had put into `changes` by then counts.
 */
export interface Judge {
  /** What it judges, as in "a defect keeps the server from following ...". */
  readonly about: string;
  judge(changes: ChangeSet, now: number): void;
}
