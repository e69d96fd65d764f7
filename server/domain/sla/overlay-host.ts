import type { Stretch } from './sources.ts';
import { segments } from './sweep.ts';

/**
 * The ledger of a check with its host's laid over it: the exact partition of [start, end). Time excluded for the host is excluded
 * for the check; while the host is proven down, so is what runs on it, whatever the check said; otherwise the results decide, and
 * where there are none nobody knows.
 */
export function overlayHost(
  { start, end }: { readonly start: number; readonly end: number },
  own: readonly Stretch[],
  host: readonly Stretch[],
  { name, fallsWithHost }: { readonly name: string; readonly fallsWithHost: boolean },
): Stretch[] {
  return segments(start, end, [own, host], (from, to, [mine, its]) => {
    const span = { start: from, end: to };
    if (its?.state === 'excluded') return { ...its, ...span };
    if (its?.state === 'down' && fallsWithHost) {
      return { ...its, ...span, reason: 'host_down', sentence: `${name} was down: ${its.sentence}` };
    }
    if (mine) return { ...mine, ...span };
    return { ...span, state: 'unknown', reason: 'no_result', sentence: 'No result.', author: null, revised: false };
  });
}
