import type { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { everyClient } from '../../server/domain/scope.ts';
import type { Watch } from '../../server/watch/watch.ts';

export type InLane = <T>(work: (changes: ChangeSet, now: number) => Promise<T> | T) => Promise<T>;

/** Runs work of a test in the lane, as an act of somebody. */
export function inLane(watch: Pick<Watch, 'act'>): InLane {
  return (work) =>
    watch.act({ id: 'test' }, 'device.change', everyClient, (changes, now) => {
      changes.record('test');
      return work(changes, now);
    });
}
