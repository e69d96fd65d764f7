import type { everyFact } from './every.ts';
import type { Kind } from './kinds.ts';

/**
 * What a parameter of a fact is, and so how it is worded. Values, never words: an instant is put into the reader's zone, a duration
 * into the reader's language, when somebody reads it.
 */
export interface Values {
  /** What somebody else calls it: a machine, a mount point, an address. Isolated, and cut when it is too long to be a name. */
  name: string;
  /** What a person or another program wrote. Isolated, on one line. */
  text: string;
  /** The same with its line breaks: a note of its own, not a part of a sentence. */
  typed: string;
  names: readonly string[];
  /** Ms since 1970. */
  instant: number;
  /** A date without a clock, `YYYY-MM-DD`. */
  date: string;
  /** Ms. */
  duration: number;
  /** Ms of service hours: a day of 24 hours is none of work. */
  hours: number;
  /** An instant that is also told by how far it is from now: that counts on while one reads it. */
  moment: number;
  bytes: number;
  /** 0..1, worded in per cent, rounded down. */
  ratio: number;
  /** A whole number of things: it chooses the plural. */
  count: number;
  /** Any other number. */
  number: number;
  /** A number that counts nothing: a port, a status, a version. */
  digits: number;
  /** A number to the letter, as a program is to send it: a bound of a field. */
  exact: number;
  flag: boolean;
  budget: Budget;
  said: Said;
  saids: readonly Said[];
}

/** An error budget and what is spent of it, ms. While it is being spent, it is so since `growsSince`. */
export interface Budget {
  readonly spentMs: number;
  readonly budgetMs: number;
  readonly growsSince: number | null;
}

/** A parameter as it is stored and sent. */
export type ValueOf<S> = S extends readonly string[]
  ? S[number]
  : S extends `${infer K extends Kind}?`
    ? Values[K] | null
    : S extends Kind
      ? Values[S]
      : never;

type All = typeof everyFact;

/** The names of all facts that are said. They are stored and sent: never renamed. */
export type SaidKey = keyof All;

export type ParamsOf<Key extends SaidKey> = { readonly [Name in keyof All[Key]]: ValueOf<All[Key][Name]> };

/** What is said, as a fact: which one, and its values. Plain data, kept and sent as JSON; worded where somebody reads it. */
export type Said = { [Key in SaidKey]: { readonly key: Key; readonly params: ParamsOf<Key> } }[SaidKey];

/** A fact; a missing or wrong parameter is an error of types. @example said('disk.space-back', { mountpoint: '/srv' }) */
export function said<Key extends SaidKey>(
  key: Key,
  ...[params]: [keyof All[Key]] extends [never] ? [] : [params: ParamsOf<Key>]
): Said {
  return { key, params: params ?? {} } as Said;
}

/** What a person wrote, or a sentence of an older version, which nobody can take apart any more. */
export function typed(text: string): Said {
  return said('text', { text });
}

/** Whether both say the same, with the same values, in whatever order these were written. */
export function isSame(a: Said, b: Said): boolean {
  return isSameValue(a, b);
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [partsOf(a), partsOf(b)];
  return (
    left.size === right.size && [...left].every(([name, part]) => right.has(name) && isSameValue(part, right.get(name)))
  );
}

/** What is undefined is left out, as in JSON. */
function partsOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, part]) => part !== undefined));
}
