import { signal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { isolated } from '../../protocol/bidi.ts';
import { en } from './locales/en.ts';

/** Words by their keys: a text whose `{parameters}` are filled in, or its forms by the plural of `{count}`. */
type Entries = { readonly [key: string]: string | Forms };
type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type TextOf<Entry> = Entry extends string
  ? Entry
  : Entry extends { readonly other: infer Other extends string }
    ? Other | `{count}`
    : never;
type Params<Entry, Value> = [Names<TextOf<Entry>>] extends [never]
  ? []
  : [params: Readonly<Record<Names<TextOf<Entry>>, Value>>];

/** How a catalogue speaks. */
export interface Speech<Catalogue extends Entries> {
  /**
   * The text of `key` with its `{parameters}` filled in: names isolated, so that none reorders the sentence; numbers are written the
   * language's way, `count` picks the plural.
   */
  t<Key extends keyof Catalogue>(key: Key, ...[params]: Params<Catalogue[Key], string | number>): string;
  /** The same as a list, for sentences that hold elements: `rich('x', { name: <b>db-1</b> })`. */
  rich<Key extends keyof Catalogue>(key: Key, ...[params]: Params<Catalogue[Key], ComponentChild>): ComponentChild[];
}

type Words = typeof en;
export type MessageKey = keyof Words;

/** A key without parameters, for tables of labels. */
export type LabelKey = { [Key in MessageKey]: Params<Words[Key], string> extends [] ? Key : never }[MessageKey];

/** The region of the browser is kept when it speaks the language of the words: en-GB writes dates its own way. */
function detectLanguage(): string {
  const wanted = typeof navigator === 'undefined' ? 'en' : navigator.language;
  return wanted.split('-')[0] === 'en' ? wanted : 'en';
}

const language = signal(detectLanguage());

/** The BCP 47 tag for `Intl`. */
export function languageTag(): string {
  return language.value;
}

/** Speaks the words of one catalogue: the one of all views, or those that a feature brings for its own, which travel with its page. */
export function speak<const Catalogue extends Entries>(catalogue: Catalogue): Speech<Catalogue> {
  const pieces = <Value>(key: keyof Catalogue, params: Readonly<Record<string, Value>> = {}): (string | Value)[] =>
    formOf(catalogue[key] ?? '', (params as { readonly count?: unknown }).count)
      .split(/\{(\w+)\}/)
      .map((piece, index) => {
        const value = index % 2 === 1 ? params[piece] : piece;
        return value ?? '';
      });
  return {
    t: (key, ...[params]) =>
      pieces<string | number>(key, params)
        .map((piece) => (typeof piece === 'number' ? formatNumber(piece) : isolated(piece)))
        .join(''),
    rich: (key, ...[params]) =>
      pieces<ComponentChild>(key, params).map((piece) => (typeof piece === 'number' ? formatNumber(piece) : piece)),
  };
}

/** The words of all views. */
export const { t, rich } = speak(en);

function formOf(entry: string | Forms, count: unknown): string {
  if (typeof entry === 'string') return entry;
  const form = new Intl.PluralRules(language.value).select(Number(count));
  return entry[form] ?? entry.other;
}

function formatNumber(value: number): string {
  return new Intl.NumberFormat(language.value).format(value);
}
