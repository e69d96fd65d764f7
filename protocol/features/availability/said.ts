import { part } from '../../said/part.ts';

/** Error budgets. */
export const availabilitySaid = part(
  {
    'budget.spent': { budget: 'budget' },
    'budget.spent.over': {},
    'budget.burns': { downMs: 'duration', windowMs: 'duration', rate: 'number?', raisedFrom: 'number' },
    'budget.burns.over': {},
  },
  {
    en: {
      'budget.spent': ({ budget }) => {
        const left = budget.isExceeded ? `${budget.rest} more than it allows` : `${budget.rest} are left`;
        return `${budget.share ?? 'All'} of this month's error budget is spent: ${budget.spent} down of ${budget.budget}, ${left}`;
      },
      'budget.spent.over': 'Less than half of the error budget is spent',
      'budget.burns': (p) =>
        `The error budget is being spent fast: ${p.downMs} down in the last ${p.windowMs}, ${p.rate === null ? 'the target allows none' : `${p.rate} times as fast as the target allows; from ${p.raisedFrom} on this is raised`}`,
      'budget.burns.over': 'The error budget is no longer being spent fast',
    },
  },
);
