import { facts } from './facts.ts';
import type { Facts, Spec } from './kinds.ts';
import type { Said } from './said.ts';

const specsOf: Facts = facts;

/** Whether the words of a fact change as time passes: it tells how far a moment is from now, or a budget that is being spent. */
export function countsOn({ key, params }: Said): boolean {
  const specs = Object.hasOwn(specsOf, key) ? specsOf[key] : undefined;
  if (!specs) return false;
  const values: { readonly [name: string]: unknown } = params;
  return Object.entries<Spec>(specs).some(([name, spec]) => {
    const value = values[name];
    if (typeof spec !== 'string' || value === null || value === undefined) return false;
    const kind = spec.replace('?', '');
    if (kind === 'budget') return (value as { readonly growsSince: number | null }).growsSince !== null;
    if (kind === 'said') return countsOn(value as Said);
    return kind === 'saids' ? (value as readonly Said[]).some(countsOn) : kind === 'moment';
  });
}
