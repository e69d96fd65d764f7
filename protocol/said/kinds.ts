/** What a parameter of a fact is; `Values` of said.ts says what each holds. */
type Kinds = [
  'name',
  'text',
  'typed',
  'names',
  'instant',
  'date',
  'duration',
  'hours',
  'moment',
  'bytes',
  'ratio',
  'count',
  'number',
  'digits',
  'exact',
  'flag',
  'budget',
  'said',
  'saids',
];

export type Kind = Kinds[number];

/** A kind, a kind that may be missing (null), or the codes that it is one of. */
export type Spec = Kind | `${Kind}?` | readonly string[];

/** The parameters of each key. */
export type Facts = { readonly [key: string]: { readonly [name: string]: Spec } };

/** An error budget in words. */
export interface WordedBudget {
  /** Null where nothing may be spent. */
  readonly share: string | null;
  readonly spent: string;
  readonly budget: string;
  /** What is left of it, or by how much it is exceeded. */
  readonly rest: string;
  readonly isExceeded: boolean;
}

/** A moment in words. */
export interface WordedMoment {
  readonly at: string;
  /** How long ago it was, or how long it is until then. */
  readonly span: string;
  readonly isPast: boolean;
}

interface Worded {
  names: readonly string[];
  saids: readonly string[];
  count: number;
  flag: boolean;
  budget: WordedBudget;
  moment: WordedMoment;
}

/** A parameter as the wording of a language gets it: harmless text, but for what chooses between words. */
export type WordedOf<S> = S extends readonly string[]
  ? S[number]
  : S extends `${infer K extends Kind}?`
    ? WordedOf<K> | null
    : S extends keyof Worded
      ? Worded[S]
      : string;
