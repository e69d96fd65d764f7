import { facts } from './facts.ts';
import type { Spec } from './kinds.ts';
import { isKey, type Said } from './said.ts';

/** Whether the words of a fact change as time passes: it tells how far a moment is from now, or a budget that is being spent. */
export function countsOn({ key, params }: Said): boolean {
  if (!isKey(key)) return false;
  const values: { readonly [name: string]: unknown } = params;
  return Object.entries<Spec>(facts[key]).some(([name, spec]) => {
    const value = values[name];
    if (typeof spec !== 'string' || value === null || value === undefined) return false;
    const kind = spec.replace('?', '');
    if (kind === 'budget') return (value as { readonly growsSince: number | null }).growsSince !== null;
    if (kind === 'said') return countsOn(value as Said);
    return kind === 'saids' ? (value as readonly Said[]).some(countsOn) : kind === 'moment';
  });
}
