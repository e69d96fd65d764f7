import type { ScopedStore } from '../store/store.ts';

/**
 * When what this person or key makes has to end, in ms, or null if it need not: nothing that a key makes outlives it, or whoever
 * holds a key for a day would hold one for ever.
 */
export async function endOfMaker({ apiKeys }: Pick<ScopedStore, 'apiKeys'>, createdBy: string): Promise<number | null> {
  if (!createdBy.startsWith('key:')) return null;
  const key = await apiKeys.get(createdBy.slice('key:'.length));
  return key?.expires_at ?? null;
}

/** The earlier of two ends; null is none. */
export function earlierEnd(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
