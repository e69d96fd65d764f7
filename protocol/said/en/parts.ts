import type { Words } from '../word.ts';

/** Pieces that several English sentences share. */

const MAX_SHARERS = 12;
const MAX_NAMED = 5;

/** `, shared with /srv and /home`, for the end of a sentence; nothing where it is not shared. */
export function shared(names: readonly string[], { list }: Words): string {
  if (names.length === 0) return '';
  const more = names.length - MAX_SHARERS;
  return `, shared with ${list(more > 0 ? [...names.slice(0, MAX_SHARERS), `${more} more`] : names)}`;
}

/** The first of them, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A site by its name and its client's. */
export function siteOf(site: string | null, client: string | null): string {
  return `${site ?? 'The site'} of ${client ?? 'its client'}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
