import { availableAt, isProven, type RecoveryPoint, refusalOf } from './point.ts';

/**
 * Why a point cannot be restored although it is fine: what it stands on
 * - `missing`: was never seen
 * - `failed`: counts for nothing
 * - `unproven`: is not known to be whole
 * - `gone`: was removed
 * - `circle`: stands on the point itself
 */
export type ChainFault = 'missing' | 'failed' | 'unproven' | 'gone' | 'circle';

export interface ChainBreak {
  readonly pointId: string;
  /** Where the chain ends: the point that is not there or does not count. */
  readonly brokenAt: string;
  readonly why: ChainFault;
}

export interface ResolvedChains {
  /** All points, as far as they can be restored: no longer than all that they stand on, and no earlier. */
  readonly points: readonly RecoveryPoint[];
  /** For each point that cannot be, or not any more. In the order of the points. */
  readonly breaks: readonly ChainBreak[];
}

type Resolved = RecoveryPoint & { readonly break: ChainBreak | null };

/**
 * Follows differences and logs back to their full backup. A log whose forerunner is missing restores nothing, however well it was
 * written: the exposure goes on from the last one before the gap.
 * @param points each id once, as `mergePoints` leaves them
 */
export function resolveChains(points: readonly RecoveryPoint[]): ResolvedChains {
  if (points.every(({ follows }) => follows === null)) return { points, breaks: [] };
  const byId = new Map(points.map((point) => [point.id, point]));
  const resolved = new Map<string, Resolved>();
  for (const point of points) {
    // A year of logs is a deep chain: walked back first, then resolved from its root.
    const path: RecoveryPoint[] = [];
    const onPath = new Set<string>();
    let at: RecoveryPoint | undefined = point;
    while (at !== undefined && !resolved.has(at.id) && !onPath.has(at.id)) {
      path.push(at);
      onPath.add(at.id);
      at = at.follows === null ? undefined : byId.get(at.follows);
    }
    const circleAt = at !== undefined && onPath.has(at.id) ? at.id : null;
    for (const one of path.reverse()) resolved.set(one.id, resolve(one, resolved, circleAt));
  }
  const all = points.flatMap(({ id }) => resolved.get(id) ?? []);
  return { points: all.map(({ break: _, ...point }) => point), breaks: all.flatMap((point) => point.break ?? []) };
}

function resolve(point: RecoveryPoint, resolved: ReadonlyMap<string, Resolved>, circleAt: string | null): Resolved {
  if (point.follows === null) return { ...point, break: null };
  const parent = resolved.get(point.follows);
  const broken = (brokenAt: string, why: ChainFault): ChainBreak => ({ pointId: point.id, brokenAt, why });
  if (parent === undefined) {
    const why = circleAt === null ? 'missing' : 'circle';
    return { ...point, completeness: 'failed', break: broken(point.follows, why) };
  }
  const own = { ...point, finishedAt: lateEnd(point, parent), goneAt: soonest(point.goneAt, parent.goneAt) };
  const before = parent.break;
  if (refusalOf(parent) !== null) {
    const fault = before ? broken(before.brokenAt, before.why) : broken(parent.id, 'failed');
    return { ...own, completeness: 'failed', break: fault };
  }
  if (!isProven(parent)) {
    const fault = before ? broken(before.brokenAt, before.why) : broken(parent.id, 'unproven');
    return { ...own, completeness: own.completeness === 'failed' ? 'failed' : 'unknown', break: fault };
  }
  const isCut = parent.goneAt !== null && (point.goneAt === null || parent.goneAt < point.goneAt);
  return { ...own, break: isCut ? broken(before?.brokenAt ?? parent.id, 'gone') : null };
}

/** What stands on another is no use before that is there. */
function lateEnd(point: RecoveryPoint, parent: RecoveryPoint): number | null {
  const from = Math.max(availableAt(point), availableAt(parent));
  return from > availableAt(point) ? from : point.finishedAt;
}

function soonest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
