import type { Facts, WordedOf } from './kinds.ts';
import type { Words } from './words.ts';

/** The words of a language for these facts. */
export type WordsOf<Some extends Facts> = {
  readonly [Key in keyof Some]:
    | string
    | ((params: { readonly [Name in keyof Some[Key]]: WordedOf<Some[Key][Name]> }, words: Words) => string);
};

/** What a feature says: its facts with their parameters, and its words for them in each language. */
export interface Part<Some extends Facts = Facts> {
  readonly facts: Some;
  readonly en: WordsOf<Some>;
}

/** Any of them, whose words are known to fit. */
export interface SaidPart {
  readonly facts: Facts;
  readonly en: object;
}

/** A key or parameter without words is an error of types. @example part({ 'visit.late': {} }, { en: { 'visit.late': 'A visit is late' } }) */
export function part<const Some extends Facts>(facts: Some, words: { readonly en: WordsOf<Some> }): Part<Some> {
  return { facts, ...words };
}

/** The facts of all of them. */
export type FactsOf<Parts extends readonly unknown[]> = Parts extends readonly [Part<infer Some>, ...infer Others]
  ? Some & FactsOf<Others>
  : Record<never, never>;
