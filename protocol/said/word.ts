import * as figures from './figures.ts';
import type { Facts, Kind, Spec, WordedBudget, WordedMoment } from './kinds.ts';
import type { WordsOf } from './part.ts';
import { readBy } from './read-by.ts';
import type { Budget, Said } from './said.ts';
import type { Words } from './words.ts';

export type { Forms, Words } from './words.ts';

/** The words of a language for facts that it has the parameters of (`WordsOf` holds that none lacks words). */
export interface Catalogue {
  /** The BCP 47 tag for `Intl`. */
  readonly tag: string;
  /** How units are abbreviated. */
  readonly signs: Readonly<Record<figures.TimeUnit | 'byte', string>>;
  readonly facts: Facts;
  readonly words: object;
}

/** The words of one part of the facts, for the file that holds them. */
export type WordsFor<Some extends Facts> = WordsOf<Some>;

export interface Reading extends Omit<figures.Reader, 'tag'> {
  readonly catalogue: Catalogue;
  /** For `Intl`, where it knows the reader better than the catalogue does, such as `en-GB`. */
  readonly tag?: string;
}

type Wordings = { readonly [key: string]: string | ((params: unknown, words: Words) => string) | undefined };

/** Nobody says more at once. */
const MAX_DEPTH = 6;

/**
 * A fact in words. Harmless whatever is in it: names are isolated and cut, and what is not what it should be is shown by its key.
 * Never throws, and never waits for anything.
 */
export function word(said: Said, reading: Reading): string {
  return wordAt(said, reading, 0);
}

function wordAt(unread: Said, reading: Reading, depth: number): string {
  const { facts, words: ofLanguage } = reading.catalogue;
  const { key, params } = readBy(facts, unread);
  const wording = (ofLanguage as Wordings)[key];
  if (typeof wording === 'string') return wording;
  const specs: Facts[string] = facts[key] ?? {};
  const entries = Object.entries(specs).map(([name, spec]) => {
    return [name, wordValue(spec, (params as { readonly [name: string]: unknown })[name], reading, depth)];
  });
  const tag = reading.tag ?? reading.catalogue.tag;
  const words: Words = {
    plural(count, forms) {
      const form = forms[figures.pluralForm(tag, count)] ?? forms.other;
      return form.replaceAll('#', figures.number(tag, count));
    },
    number: (value) => figures.number(tag, value, { maximumFractionDigits: 3 }),
    list: (parts) => figures.list(tag, parts),
  };
  // The parameters were read by the very table that types them.
  return wording?.(Object.fromEntries(entries), words) ?? key;
}

function wordValue(spec: Spec, value: unknown, reading: Reading, depth: number): unknown {
  if (typeof spec !== 'string') return value;
  if (value === null) return null;
  return wordKind((spec.endsWith('?') ? spec.slice(0, -1) : spec) as Kind, value, reading, depth);
}

function wordKind(kind: Kind, value: unknown, reading: Reading, depth: number): unknown {
  const { catalogue, now } = reading;
  const tag = reading.tag ?? catalogue.tag;
  switch (kind) {
    case 'name':
      return figures.phrase(value as string, figures.MAX_NAME);
    case 'text':
      return figures.phrase(value as string, figures.MAX_TEXT);
    case 'typed':
      return figures.lines(value as string, figures.MAX_TEXT);
    case 'names':
      return (value as readonly string[]).map((name) => figures.phrase(name, figures.MAX_NAME));
    case 'instant':
      return figures.instant({ ...reading, tag }, value as number);
    case 'date':
      return figures.date({ ...reading, tag }, value as string);
    case 'moment':
      return wordMoment(value as number, reading, tag);
    case 'duration':
      return figures.duration(tag, value as number, catalogue.signs);
    case 'hours':
      return figures.serviceHours(tag, value as number, catalogue.signs);
    case 'bytes':
      return figures.bytes(tag, value as number, catalogue.signs.byte);
    case 'ratio':
      return figures.percent(tag, value as number);
    case 'number':
      return figures.number(tag, value as number, { maximumFractionDigits: 3 });
    case 'digits':
      return figures.number(tag, value as number, { useGrouping: false, maximumFractionDigits: 0 });
    case 'exact':
      return figures.number(tag, value as number, { useGrouping: false, maximumFractionDigits: 20 });
    case 'budget':
      return wordBudget(value as Budget, now, tag, catalogue);
    case 'said':
      return nested(value as Said, reading, depth);
    case 'saids':
      return (value as readonly Said[]).map((one) => nested(one, reading, depth));
    case 'count':
    case 'flag':
      return value;
  }
}

function nested(said: Said, reading: Reading, depth: number): string {
  return depth < MAX_DEPTH ? wordAt(said, reading, depth + 1) : '…';
}

function wordMoment(at: number, reading: Reading, tag: string): WordedMoment {
  const pastMs = reading.now - at;
  return {
    at: figures.instant({ ...reading, tag }, at),
    span: figures.duration(tag, Math.abs(pastMs), reading.catalogue.signs),
    isPast: pastMs >= 0,
  };
}

function wordBudget(
  { spentMs, budgetMs, growsSince }: Budget,
  now: number,
  tag: string,
  { signs }: Catalogue,
): WordedBudget {
  const spent = spentMs + (growsSince === null ? 0 : Math.max(0, now - growsSince));
  return {
    share: budgetMs <= 0 ? null : figures.number(tag, Math.floor((spent / budgetMs) * 100) / 100, { style: 'percent' }),
    spent: figures.duration(tag, spent, signs),
    budget: figures.duration(tag, budgetMs, signs),
    rest: figures.duration(tag, Math.abs(budgetMs - spent), signs),
    isExceeded: spent > budgetMs,
  };
}
