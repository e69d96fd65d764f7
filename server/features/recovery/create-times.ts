import type { ChangeSet } from '../../core/incidents/change-set.ts';
import { createOutages, type OutagesOptions } from './outages/create-outages.ts';
import type { Protection } from './protected-plan.ts';

export interface RecoveryTimesOptions extends Omit<OutagesOptions, 'restoreMs'> {
  readonly protection: Protection;
}

/** How long it takes to be back: of outages that go on, and as it was tried. */
export async function createRecoveryTimes(options: RecoveryTimesOptions) {
  const outages = await createOutages({ ...options, restoreMs: () => null });
  return {
    policies: [outages.policy],
    judges: [outages.judge],
    take: (changes: ChangeSet) => outages.take(changes),
  };
}
