import type { ChangeSet } from '../../core/incidents/change-set.ts';

/** `Watch.act`: runs in the lane of the watch and commits what was put into the changes in one transaction. */
export type Act = <T>(work: (changes: ChangeSet, now: number) => Promise<T> | T) => Promise<T>;
