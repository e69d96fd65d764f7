import { createHash } from 'node:crypto';

const MAX_LENGTH = 48;

/** Latin letters that do not decompose into a base letter and a mark. */
const spelled = new Map<string, string>([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ł', 'l'],
  ['ı', 'i'],
]);

/**
 * A short lower-case ASCII name for labels and addresses: `Müller & Söhne` -> `muller-sohne`. A name without any Latin letter
 * or digit becomes `<noun>-<4 hex of its hash>`.
 */
export function slugify(name: string, noun: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^\p{ASCII}]/gu, (letter) => spelled.get(letter) ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug !== '' ? slug : `${noun}-${createHash('sha256').update(name).digest('hex').slice(0, 4)}`;
}

/** The slug itself, or with the first free number: `web`, `web-2`, `web-3`. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? slug : `${slug}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
