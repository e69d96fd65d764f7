import { siteQuorum } from './blame.ts';
import { isUnexpectedReboot } from './ledger.ts';
import type { PresenceMemory } from './presence.ts';

/**
 * Whether the restarts of a site's machines are one event: a power cut, or whatever else they share. Times are ms by the server's
 * clock.
 */

/** Machines that lose power together are back within this time of one another. */
export const BACK_WITHIN_MS = 15 * 60_000;
/** Two machines' last proofs and boots are dated by their own clocks. */
const TOLERANCE_MS = 5_000;

/** A machine that restarted without a goodbye: its last proof of life, and when its new boot began. */
export interface Restart {
  readonly deviceId: string;
  readonly from: number;
  readonly to: number;
}

export interface PowerCut {
  /** All of them were off then. */
  readonly at: number;
  /** From the first last proof of life to the last boot. */
  readonly from: number;
  readonly to: number;
  readonly restarts: readonly Restart[];
}

/** The restarts without a goodbye that a machine's memory holds, oldest first. */
export function restartsOf(deviceId: string, { gaps }: Pick<PresenceMemory, 'gaps'>): Restart[] {
  return gaps.flatMap(({ before, after, announced }) => {
    if (!after || !isUnexpectedReboot(before, after, announced)) return [];
    return [{ deviceId, from: before.at, to: Math.max(before.at, Math.round(after.at - after.bootMs)) }];
  });
}

/**
 * The newest moment at which enough of a site's always-on machines were off at once and came back within minutes of one another;
 * null if there is none. `restarts` are theirs alone: workstations are switched off and on for reasons of their own.
 * `others`: the machines that count and are none of a set of restarted ones, because they ran on, said goodbye or
 * are away still.
 */
export function powerCutOf(
  restarts: readonly Restart[],
  others: (restarted: ReadonlySet<string>, at: number) => number,
): PowerCut | null {
  const moments = [...new Set(restarts.map(({ from }) => from))].sort((a, b) => b - a);
  for (const at of moments) {
    const together = backTogether(restarts.filter(({ from, to }) => from <= at && at <= to + TOLERANCE_MS));
    const ids = new Set(together.map(({ deviceId }) => deviceId));
    if (ids.size < 2 || ids.size < siteQuorum(ids.size + others(ids, at))) continue;
    return {
      at,
      from: Math.min(...together.map(({ from }) => from)),
      to: Math.max(...together.map(({ to }) => to)),
      restarts: together,
    };
  }
  return null;
}

/** Whether a machine that does not count by itself was off with those of the cut, and came back with them. */
export function wentWith({ from, to }: Restart, cut: PowerCut): boolean {
  return from <= cut.at && cut.at <= to + TOLERANCE_MS && Math.abs(to - cut.to) <= BACK_WITHIN_MS;
}

/** The largest number of them whose boots lie within {@link BACK_WITHIN_MS}. */
function backTogether(restarts: readonly Restart[]): readonly Restart[] {
  const sorted = [...restarts].sort((a, b) => a.to - b.to);
  let best: readonly Restart[] = [];
  for (const first of sorted) {
    const group = sorted.filter(({ to }) => to >= first.to && to - first.to <= BACK_WITHIN_MS);
    if (group.length > best.length) best = group;
  }
  return best;
}
