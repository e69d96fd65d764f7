import type { Aggregation } from '../series-store.ts';
import type { Fold } from './fold.ts';
import type { Grid } from './grid.ts';
import { PercentileFold, PickFold } from './picking-folds.ts';
import { MeanFold, RateFold } from './weighted-folds.ts';

/** @param decimals of the scaled values that will be folded */
export function createFold(aggregation: Aggregation, grid: Grid, decimals: number): Fold {
  switch (aggregation) {
    case 'mean':
      return new MeanFold(grid, 10 ** decimals);
    case 'rate':
      return new RateFold(grid, 10 ** decimals);
    case 'p95':
      return new PercentileFold(grid, 10 ** decimals, 0.95);
    default:
      return new PickFold(grid, 10 ** decimals, aggregation);
  }
}
