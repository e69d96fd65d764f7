import type { ChangeSet } from './fleet/change-set.ts';

/**
 * Judges once a second, in the lane of the watch, after presence: sites, services, clocks, budgets, maintenance. It reads
 * memory only, and puts what follows into `changes`, which the watch commits in one transaction and publishes.
 */
export interface Judge {
  judge(changes: ChangeSet, now: number): void;
}
