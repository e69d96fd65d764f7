import type { HistoryLosses } from './history-losses.ts';

/** What is gone of history. It listens from before the series are opened, so it is made before all other features. */
export function createHistory(losses: HistoryLosses) {
  return {
    name: 'history',
    judges: [losses],
    daily: [{ name: 'history', remove: (now: number) => losses.prune(now) }],
  };
}
