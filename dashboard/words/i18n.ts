import { signal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { isolated } from '../../protocol/bidi.ts';
import { type Catalogue, en } from './locales/en.ts';

export type MessageKey = keyof Catalogue;

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type TextOf<Key extends MessageKey> = (typeof en)[Key] extends infer Entry
  ? Entry extends string
    ? Entry
    : Entry extends { readonly other: infer Other extends string }
      ? Other | `{count}`
      : never
  : never;
type Params<Key extends MessageKey, Value> = [Names<TextOf<Key>>] extends [never]
  ? []
  : [params: Readonly<Record<Names<TextOf<Key>>, Value>>];

/** A key without parameters, for tables of labels. */
export type LabelKey = { [Key in MessageKey]: Params<Key, string> extends [] ? Key : never }[MessageKey];

interface Language {
  readonly tag: string;
  readonly catalogue: Catalogue;
}

/** The region of the browser is kept when it speaks the language of the catalogue: en-GB writes dates its own way. */
function detectLanguage(): Language {
  const wanted = typeof navigator === 'undefined' ? 'en' : navigator.language;
  return { tag: wanted.split('-')[0] === 'en' ? wanted : 'en', catalogue: en };
}

const language = signal(detectLanguage());

/** The BCP 47 tag for `Intl`. */
export function languageTag(): string {
  return language.value.tag;
}

/**
 * The text of `key` with its `{parameters}` filled in: names isolated, so that none reorders the sentence; numbers are written the
 * language's way, `count` picks the plural.
 */
export function t<Key extends MessageKey>(key: Key, ...[params]: Params<Key, string | number>): string {
  return pieces(key, params as Record<string, string | number> | undefined)
    .map((piece) => (typeof piece === 'number' ? formatNumber(piece) : isolated(piece)))
    .join('');
}

/** The same as a list, for sentences that hold elements: `rich('x', { name: <b>db-1</b> })`. */
export function rich<Key extends MessageKey>(key: Key, ...[params]: Params<Key, ComponentChild>): ComponentChild[] {
  return pieces(key, params as Record<string, ComponentChild> | undefined).map((piece) =>
    typeof piece === 'number' ? formatNumber(piece) : piece,
  );
}

function pieces<Value>(key: MessageKey, params: Record<string, Value> = {}): (string | Value)[] {
  return text(key, (params as { readonly count?: unknown }).count)
    .split(/\{(\w+)\}/)
    .map((piece, index) => {
      const value = index % 2 === 1 ? params[piece] : piece;
      return value ?? '';
    });
}

function text(key: MessageKey, count: unknown): string {
  const entry = language.value.catalogue[key];
  if (typeof entry === 'string') return entry;
  const form = new Intl.PluralRules(language.value.tag).select(Number(count));
  return entry[form] ?? entry.other;
}

function formatNumber(value: number): string {
  return new Intl.NumberFormat(language.value.tag).format(value);
}
