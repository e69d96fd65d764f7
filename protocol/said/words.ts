export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** What the words of a language may ask for. */
export interface Words {
  /** The form for a number of things; `#` in it stands for the number. @example plural(2, { one: '# day', other: '# days' }) */
  plural(count: number, forms: Forms): string;
  number(value: number): string;
  /** All of them, as the language joins a list. */
  list(parts: readonly string[]): string;
}
