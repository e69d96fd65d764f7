import type { Spec } from '../../protocol/said/kinds.ts';
import { refusalFacts, refusalWords } from '../../protocol/said/refusals.ts';
import type { Words } from '../../protocol/said/words.ts';

type Wording = string | ((params: unknown, words: Words) => string);

/** What a parameter looks like in the table: its name where it is text, else the first of what it may be. */
function sample(name: string, spec: Spec): unknown {
  const shown = `{${name}}`;
  if (typeof spec !== 'string') return spec[0];
  const kind = spec.replace('?', '');
  if (kind === 'names' || kind === 'saids') return [shown];
  return kind === 'flag' ? true : shown;
}

const words: Words = {
  plural: (count, { other }) => other.replaceAll('#', String(count)),
  number: String,
  list: (parts) => parts.join(', '),
};

/** A row of docs/errors.md for everything that errors and warnings say besides their code. */
export function errorFactRows(): string[] {
  return Object.entries<{ readonly [name: string]: Spec }>(refusalFacts)
    .filter(([key]) => !key.startsWith('error.'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, specs]) => {
      const wording = (refusalWords as { readonly [key: string]: Wording })[key] ?? '';
      const params = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, sample(name, spec)]));
      const text = typeof wording === 'string' ? wording : wording(params, words);
      const kinds = Object.entries(specs).map(
        ([name, spec]) => `${name}: ${typeof spec === 'string' ? spec : spec.join(' \\| ')}`,
      );
      return `| \`${key}\` | ${kinds.join(', ') || '-'} | ${text.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
    });
}
