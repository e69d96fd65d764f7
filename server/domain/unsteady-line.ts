import { type ParamsOf, type Said, said } from '../../protocol/said/said.ts';

/**
 * A line that drops for minutes several times a week is one trouble, not many: counted from losses of contact that nobody can
 * blame on a machine, and that were over by themselves. Times are ms by the server's clock.
 */

export const WEEK_MS = 7 * 86_400_000;
/** Shorter is the internet as it is. */
const SHORTEST_DROP_MS = 60_000;
/** What lasts longer is an outage of its own, and told as such. */
export const LONGEST_DROP_MS = 30 * 60_000;
/** So many drops in a week make a line unsteady. */
export const UNSTEADY_DROPS = 3;
const MAX_KEPT = 500;

/** A half-open stretch [from, to) without contact. */
export interface Drop {
  readonly from: number;
  readonly to: number;
}

/** The drops of the last week with this one, if it counts. */
export function withDrop(drops: readonly Drop[], drop: Drop): readonly Drop[] {
  const lastedMs = drop.to - drop.from;
  if (lastedMs < SHORTEST_DROP_MS || lastedMs >= LONGEST_DROP_MS) return drops;
  return lastWeek([...drops, drop], drop.to).slice(-MAX_KEPT);
}

/** Those that ended in the week before `now`. */
export function lastWeek(drops: readonly Drop[], now: number): readonly Drop[] {
  return drops.filter(({ to }) => to <= now && now - to < WEEK_MS);
}

/** Whose line it is: a device's, or a site's. */
export type LineName = ParamsOf<'line.unsteady.over'>;

/** Count, minutes and the last one, of a week's drops. */
export function sayDrops(whose: LineName, drops: readonly Drop[]): Said {
  const lostMs = drops.reduce((sum, { from, to }) => sum + (to - from), 0);
  const last = drops.at(-1) ?? { from: 0, to: 0 };
  return said('line.unsteady', {
    ...whose,
    drops: drops.length,
    lostMs,
    lastAt: last.from,
    lastMs: last.to - last.from,
  });
}
