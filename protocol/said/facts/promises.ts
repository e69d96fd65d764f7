import type { Facts } from '../kinds.ts';

/** Error budgets and planned work. */
export const promiseFacts = {
  'budget.spent': { budget: 'budget' },
  'budget.spent.over': {},
  'budget.burns': { downMs: 'duration', windowMs: 'duration', rate: 'number?', raisedFrom: 'number' },
  'budget.burns.over': {},
  'maintenance.not-back': { device: 'name', endedAt: 'instant', afterMs: 'duration', lastAt: 'instant?' },
  'maintenance.back': { device: 'name', at: 'instant' },
  'maintenance.another': {},
  'maintenance.still-open': { headline: 'said' },
  'maintenance.resolved-meanwhile': {},
  'maintenance.as-before': { isWorse: 'flag' },
} as const satisfies Facts;
