import { wholeEnglish } from './en/whole.ts';
import type { Said } from './said.ts';
import { word } from './word.ts';

/**
 * A fact in plain English, its instants in UTC to the second: for the API's `text` and `sentence`, logs, CSV and the terminal. What
 * somebody typed is given to the letter, as machines read it too.
 */
export function plain(said: Said, now: number): string {
  if (said.key === 'text') return said.params.text;
  return word(said, { catalogue: wholeEnglish, timeZone: 'UTC', now, instants: 'iso' });
}
