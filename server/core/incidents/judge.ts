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
  /** The server's clock was set, before the next judgement: instants that are kept in memory move with it. */
  clockSet?(set: ClockSet, changes: ChangeSet): void;
}

/** A step that the server's clock followed. */
export interface ClockSet {
  /** Below 0 if it was set back. */
  readonly sizeMs: number;
  /** After the step, ms. */
  readonly now: number;
  /** After one back: what is stamped with this instant or a later one is wrong by its size; infinite if that is not known, ms. */
  readonly since: number;
}
