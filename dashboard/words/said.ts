import { english } from '../../protocol/said/en/english.ts';
import type { Said } from '../../protocol/said/said.ts';
import { word } from '../../protocol/said/word.ts';
import { languageTag } from './i18n.ts';

const timeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A fact in the viewer's words, as of `atMs`: its instants by the viewer's clock, without the zone. */
export function wordsOf(said: Said, atMs: number): string {
  return word(said, { catalogue: english, tag: languageTag(), timeZone: timeZone(), now: atMs, instants: 'local' });
}

/** The same with the zone at every instant: what stands on hover. */
export function exactWordsOf(said: Said, atMs: number): string {
  return word(said, { catalogue: english, tag: languageTag(), timeZone: timeZone(), now: atMs, instants: 'zoned' });
}
