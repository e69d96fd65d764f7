import { facts } from './facts.ts';
import { refusalFacts } from './refusals.ts';
import { together } from './together.ts';

/** Everything that is said, also what pages fetch the words of only when they meet it. */
export const everyFact: typeof facts & typeof refusalFacts = together([facts, refusalFacts]);
