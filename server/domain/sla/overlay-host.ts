import { said } from '../../../protocol/said/said.ts';
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
      const down = said('ledger.host-down', { host: name, why: its.said });
      return { ...its, ...span, reason: 'host_down', said: down };
    }
    if (mine) return { ...mine, ...span };
    const unknown = { said: said('ledger.no-result'), author: null, revised: false };
    return { ...span, state: 'unknown', reason: 'no_result', ...unknown };
  });
}
