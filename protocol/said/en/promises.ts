import type { promiseFacts } from '../facts/promises.ts';
import type { WordsFor } from '../word.ts';

export const promiseWords: WordsFor<typeof promiseFacts> = {
  'budget.spent': ({ budget }) => {
    const left = budget.isExceeded ? `${budget.rest} more than it allows` : `${budget.rest} are left`;
    return `${budget.share ?? 'All'} of this month's error budget is spent: ${budget.spent} down of ${budget.budget}, ${left}`;
  },
  'budget.spent.over': 'Less than half of the error budget is spent',
  'budget.burns': (p) =>
    `The error budget is being spent fast: ${p.downMs} down in the last ${p.windowMs}, ${p.rate === null ? 'the target allows none' : `${p.rate} times as fast as the target allows; from ${p.raisedFrom} on this is raised`}`,
  'budget.burns.over': 'The error budget is no longer being spent fast',
  'maintenance.not-back': (p) =>
    `${p.device} did not come back from maintenance: it ended at ${p.endedAt}, and ${p.afterMs} later ${p.lastAt === null ? 'it has never reported' : `its last report is of ${p.lastAt}`}.`,
  'maintenance.back': (p) => `${p.device} is back from maintenance: it reported at ${p.at}.`,
  'maintenance.another': 'Another maintenance window goes on',
  'maintenance.still-open': (p) => `Maintenance ended and it is still open: ${p.headline}`,
  'maintenance.resolved-meanwhile': 'Maintenance ended; it was resolved meanwhile',
  'maintenance.as-before': (p) => `Maintenance ended; it is open as before${p.isWorse ? ', and worse' : ''}`,
};
