import { borgKind } from './borg/source.ts';
import { resticKind } from './restic/source.ts';
import type { SourceKind } from './source.ts';

/** All kinds of sources. What each brings is in source.ts. */
export const sourceKinds: readonly SourceKind[] = [
  resticKind,
  borgKind,
  // The newest stands last.
];
