import { availabilitySaid } from '../features/availability/said.ts';
import { maintenanceSaid } from '../features/maintenance/said.ts';
import { recoverySaid } from '../features/recovery/said.ts';
import { recoveryTimesSaid } from '../features/recovery/times-said.ts';
import type { FactsOf, SaidPart, WordsOf } from './part.ts';
import { together } from './together.ts';

/** What each feature says, a line for each. What is said of machines, checks and the server stands in `facts/` and `en/`. */
const lines = [
  availabilitySaid,
  maintenanceSaid,
  recoverySaid,
  recoveryTimesSaid,
  // The newest stands last.
] as const satisfies readonly SaidPart[];

type FeatureFacts = FactsOf<typeof lines>;

export const featureFacts: FeatureFacts = together(lines.map(({ facts }: SaidPart) => facts));
export const featureWords: WordsOf<FeatureFacts> = together(lines.map(({ en }: SaidPart) => en));
