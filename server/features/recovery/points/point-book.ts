import { movedBack, type SetBack } from '../../../domain/moved-back.ts';
import { type ChainBreak, resolveChains } from '../../../domain/recovery/chain.ts';
import { isProven, mergePoints, type RecoveryPoint, refusalOf } from '../../../domain/recovery/point.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { ScopedStore, Store } from '../../../platform/store/store.ts';
import { toPoint } from './point-rows.ts';

/** By what the next is judged: what would be lost now, and the usual size. So many of each class; the rest stays in the database. */
const MOST_HELD = 32;
/** How long a chain may be, so that one that goes in a circle or is never begun anew ends somewhere. */
const MOST_FORERUNNERS = 5_000;

const none: readonly RecoveryPoint[] = [];

interface Held {
  /** By their start, as far as they can be restored: what stands on something that is not there counts for nothing. */
  readonly points: readonly RecoveryPoint[];
  /** Of the newest point that cannot be restored because of what it stands on, if none that can is newer. */
  readonly break: ChainBreak | null;
}

/** The newest points of each plan in memory. What changes here follows what was written. */
export class PointBook {
  readonly #held = new Map<string, Held>();
  /** Plans with points that stand on others: what those come to needs more than is held. */
  readonly #chained = new Set<string>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    const scoped = store.scoped(everyClient);
    const rows = await scoped.recoveryPoints.newest(MOST_HELD);
    for (const [planId, own] of Map.groupBy(rows, (row) => row.plan_id)) this.#held.set(planId, held(own.map(toPoint)));
    for (const planId of await scoped.recoveryPoints.chained()) {
      this.#chained.add(planId);
      this.#held.set(planId, held(await readChained(scoped, planId, [])));
    }
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    const back = (at: number): number => movedBack(at, set.now, set);
    const orNull = (at: number | null): number | null => (at === null ? null : back(at));
    for (const [planId, { points, ...others }] of this.#held) {
      const moved = points.map((one) => {
        const { seenAt, verifiedAt, goneAt } = one;
        return { ...one, seenAt: back(seenAt), verifiedAt: orNull(verifiedAt), goneAt: orNull(goneAt) };
      });
      this.#held.set(planId, { ...others, points: moved });
    }
  }

  /** By their start. */
  of(planId: string): readonly RecoveryPoint[] {
    return this.#held.get(planId)?.points ?? none;
  }

  breakOf(planId: string): ChainBreak | null {
    return this.#held.get(planId)?.break ?? null;
  }

  /**
   * What is to be held once these are written, each in place of what was known of it.
   * @param scoped what was written so far
   */
  async next(
    scoped: Pick<ScopedStore, 'recoveryPoints'>,
    planId: string,
    put: readonly RecoveryPoint[],
  ): Promise<() => void> {
    const isChained = this.#chained.has(planId) || put.some(({ follows }) => follows !== null);
    const known = isChained ? await readChained(scoped, planId, put) : this.of(planId);
    const next = held(inPlace(known, put));
    return () => {
      if (isChained) this.#chained.add(planId);
      this.#held.set(planId, next);
    };
  }
}

/** The newest points and all that they, and these others, stand on. */
async function readChained(
  { recoveryPoints }: Pick<ScopedStore, 'recoveryPoints'>,
  planId: string,
  others: readonly RecoveryPoint[],
): Promise<RecoveryPoint[]> {
  const newest = await recoveryPoints.newest(MOST_HELD, planId);
  const ids = [
    ...newest.map((row) => row.point_id),
    ...others.flatMap(({ id, follows }) => [id, follows ?? []].flat()),
  ];
  return (await recoveryPoints.withForerunners(planId, ids, MOST_FORERUNNERS)).map(toPoint);
}

function inPlace(known: readonly RecoveryPoint[], put: readonly RecoveryPoint[]): RecoveryPoint[] {
  const ids = new Set(put.map(({ id }) => id));
  return [...known.filter(({ id }) => !ids.has(id)), ...put];
}

function held(all: readonly RecoveryPoint[]): Held {
  const { points, breaks } = resolveChains(mergePoints(all));
  const sorted = points.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
  const counted = sorted.filter((point) => refusalOf(point) === null);
  const classes = Map.groupBy(counted, (point) => (isProven(point) ? 1 : 0) + (point.goneAt === null ? 2 : 0));
  const kept = new Set([...classes.values()].flatMap((own) => own.slice(-MOST_HELD)));
  return { points: counted.filter((point) => kept.has(point)), break: newestBreak(sorted, breaks) };
}

/** What is broken behind the newest point that can be restored is past. */
function newestBreak(sorted: readonly RecoveryPoint[], breaks: readonly ChainBreak[]): ChainBreak | null {
  if (breaks.length === 0) return null;
  const broken = new Map(breaks.map((one) => [one.pointId, one]));
  const newest = sorted.findLast(
    (point) => broken.has(point.id) || (refusalOf(point) === null && isProven(point) && point.goneAt === null),
  );
  return (newest && broken.get(newest.id)) ?? null;
}
