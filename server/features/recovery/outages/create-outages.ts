import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import { OutageJudge, type OutageJudgeOptions } from './judge.ts';
import { createOutagePolicy } from './policy.ts';
import { createOutageSource, type OutageSourceOptions } from './source.ts';

export interface OutagesOptions extends Omit<OutageSourceOptions, 'book'> {
  readonly store: OutageJudgeOptions['store'];
  readonly book: OutageSourceOptions['book'] & OutageJudgeOptions['book'];
}

/** The time to be back of what a plan protects, on the incident. */
export async function createOutages(options: OutagesOptions) {
  const source = createOutageSource(options);
  const judge = new OutageJudge({ ...options, source });
  await judge.load();
  return { policy: createOutagePolicy(source), judge, take: (changes: ChangeSet) => judge.take(changes) };
}
