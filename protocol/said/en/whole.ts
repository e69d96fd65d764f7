import { everyFact } from '../every.ts';
import { refusalWords } from '../refusals.ts';
import { together } from '../together.ts';
import type { Catalogue } from '../word.ts';
import { english } from './english.ts';

/** Everything that is said, with what errors and warnings say. */
export const wholeEnglish: Catalogue = {
  ...english,
  facts: everyFact,
  words: together([english.words, refusalWords]),
};
