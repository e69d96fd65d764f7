import { signal } from '@preact/signals';
import { english } from '../../protocol/said/en/english.ts';
import { type Said, said } from '../../protocol/said/said.ts';
import { type Catalogue, type Reading, word } from '../../protocol/said/word.ts';
import { languageTag } from './i18n.ts';

const timeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What everybody loads: who meets a fact that it lacks has the rest fetched, and is drawn anew when it is there. */
const first: Catalogue = {
  ...english,
  words: {
    ...english.words,
    unknown: ({ key, params }: { readonly key: string; readonly params: readonly string[] }) => {
      void fetchAll();
      return word(said('unknown', { key, params }), { ...viewer(0), catalogue: english });
    },
  },
};
const catalogue = signal(first);
const DEADLINE_MS = 5_000;
let fetching: Promise<void> | null = null;

/** The words of errors and warnings too. Never throws: without them a key is shown, and the next reader asks again. */
function fetchAll(): Promise<void> {
  fetching ??= import('../../protocol/said/en/whole.ts').then(
    ({ wholeEnglish }) => {
      catalogue.value = wholeEnglish;
    },
    () => {
      fetching = null;
    },
  );
  return fetching;
}

function viewer(now: number): Reading {
  return { catalogue: catalogue.value, tag: languageTag(), timeZone: timeZone(), now, instants: 'local' };
}

/** A fact in the viewer's words, as of `atMs`: its instants by the viewer's clock, without the zone. */
export function wordsOf(said: Said, atMs: number): string {
  return word(said, viewer(atMs));
}

/** The same with the zone at every instant: what stands on hover. */
export function exactWordsOf(said: Said, atMs: number): string {
  return word(said, { ...viewer(atMs), instants: 'zoned' });
}

/** What an error says, in the viewer's words; its `message` where the words cannot be had in time. */
export async function refusalWords(said: unknown, message: string, atMs: number): Promise<string> {
  const tooLate = new Promise<void>((resolve) => setTimeout(resolve, DEADLINE_MS));
  await Promise.race([fetchAll(), tooLate]);
  return catalogue.value === first ? message : wordsOf(said as Said, atMs);
}
