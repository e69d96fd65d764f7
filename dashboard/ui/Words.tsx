import { countsOn } from '../../protocol/said/counts-on.ts';
import type { Said } from '../../protocol/said/said.ts';
import { nowMs } from '../data/clock.ts';
import { exactWordsOf, wordsOf } from '../words/said.ts';

/** A fact in the viewer's words and zone; the zone on hover. What lasts counts on, unless the fact is `at` a moment that is over. */
export function Words({ said, at = null }: { said: Said; at?: string | null }) {
  const atMs = at !== null ? Date.parse(at) : countsOn(said) ? nowMs.value : nowMs.peek();
  const [text, exact] = [wordsOf(said, atMs), exactWordsOf(said, atMs)];
  return <span title={exact === text ? undefined : exact}>{text}</span>;
}
