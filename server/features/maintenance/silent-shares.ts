import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { ofClients } from '../../domain/scope.ts';
import { checkMaintenance, nextOccurrence } from '../../domain/sla/maintenance.ts';
import { coversTarget, silentShare } from '../../domain/sla/silence.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { latestInput } from './planned-window.ts';

const DAY_MS = 86_400_000;

/** How much of the time plans that repeat silence what they cover, 0 to 1. */
export interface SilentShares {
  /** Of a window that stands. */
  ofWindow(id: string): number;
  /** Of a plan as it would be in place of the window `changed`. @throws VigiaError validation_failed */
  ofPlan(input: MaintenanceInput, changed?: string): number;
}

export function createSilentShares(book: MaintenanceBook, now: () => number): SilentShares {
  /** All other plans that repeat and cover what this one covers. */
  function othersOver(input: MaintenanceInput, changed: string | undefined): MaintenanceInput[] {
    return book
      .list(ofClients(input.clientId), input.clientId)
      .filter(({ id, cancelledAt }) => id !== changed && cancelledAt === null)
      .map(latestInput)
      .filter((other) => other.rrule !== null && coversTarget(other, input));
  }

  const shares = new Map<string, { readonly version: number; readonly day: number; readonly share: number }>();

  /** Of a window that stands; reckoned anew each day, and when somebody changes one. */
  function ofWindow(id: string): number {
    const window = book.get(id);
    if (!window || latestInput(window).rrule === null) return 0;
    const [at, { version }] = [now(), book];
    const day = Math.floor(at / DAY_MS);
    const known = shares.get(id);
    if (known?.version === version && known.day === day) return known.share;
    const input = latestInput(window);
    const share = silentShare([input, ...othersOver(input, id)], firstOf(input, at));
    shares.set(id, { version, day, share });
    return share;
  }

  return {
    ofWindow,
    ofPlan(input, changed) {
      const at = now();
      checkMaintenance(input, at);
      return input.rrule === null ? 0 : silentShare([input, ...othersOver(input, changed)], firstOf(input, at));
    },
  };
}

/** From when on a plan silences: at once, or from its first window on. */
function firstOf(input: MaintenanceInput, at: number): number {
  return Math.max(at, nextOccurrence(input, at)?.start ?? at);
}
