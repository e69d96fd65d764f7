import {
  linesOf,
  type PlanLines,
  type RpoTally,
  type Span,
  sumTallies,
  tallyRpo,
} from '../../../domain/recovery/attainment.ts';
import { resolveChains } from '../../../domain/recovery/chain.ts';
import { openTimeOf } from '../../../domain/recovery/open-time.ts';
import type { RecoveryPoint } from '../../../domain/recovery/point.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { PlanDefinition } from '../definition.ts';
import type { PointBook } from '../points/point-book.ts';
import { toPoint } from '../points/point-rows.ts';
import type { PlanTerms } from '../targets.ts';
import { type Promised, promisesOf } from './promises.ts';

export interface AttainmentReaderOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly points: PointBook;
  readonly terms: PlanTerms;
  /** When what a plan protects was given up; null while it is there. */
  readonly endOf: (plan: PlanDefinition) => number | null;
}

const DAY_MS = 86_400_000;
/** Periods of a plan that are remembered: the months of two years. */
const MOST_PERIODS = 24;
/** Plans of which lines are held, so that a period that goes on is not read anew each time. */
const MOST_POINTS = 1_000_000;
const MOST_FORERUNNERS = 50_000;
/** So long a period may go on before its closed days are read anew. */
const AHEAD_MS = 40 * DAY_MS;

/** What a figure was computed from. */
interface Mark {
  readonly plan: PlanDefinition;
  readonly points: readonly RecoveryPoint[];
  readonly agreed: unknown;
  readonly end: number | null;
}
interface Kept extends Mark {
  /** Until when it holds: for ever once its period is over. */
  readonly until: number;
  readonly tally: RpoTally;
}
interface HeldLines extends Mark {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly byPromise: ReadonlyMap<Promised, PlanLines>;
  readonly promises: readonly Promised[];
}

/** How each plan kept its RPO in any period: by what it promised then, and by all points that are stored. */
export class AttainmentReader {
  readonly #options: AttainmentReaderOptions;
  readonly #kept = new Map<string, Map<string, Kept>>();
  readonly #lines = new Map<string, HeldLines>();
  #held = 0;

  constructor(options: AttainmentReaderOptions) {
    this.#options = options;
  }

  /** A partition of the period, exact to the ms. */
  async tally(plan: PlanDefinition, period: Span, now: number): Promise<RpoTally> {
    const mark = this.#markOf(plan);
    const periods = this.#kept.get(plan.id) ?? new Map<string, Kept>();
    const key = `${period.from}/${period.to}`;
    const known = periods.get(key);
    if (known && isSame(known, mark) && now <= known.until) return known.tally;
    const { promises, byPromise } = await this.#linesFor(plan, mark, period, now);
    const end = Math.min(plan.removedAt ?? Number.POSITIVE_INFINITY, mark.end ?? Number.POSITIVE_INFINITY);
    const tally = sumTallies(
      promises.flatMap((promised) => {
        const part = { from: Math.max(period.from, promised.from), to: Math.min(period.to, promised.until) };
        const lines = byPromise.get(promised);
        if (part.to <= part.from || !lines) return [];
        return [tallyRpo({ lines, from: plan.createdAt, end, blind: [] }, part, promised.rpos, now)];
      }),
    );
    periods.delete(key);
    periods.set(key, { ...mark, tally, until: period.to <= now ? Number.POSITIVE_INFINITY : now });
    if (periods.size > MOST_PERIODS) periods.delete(periods.keys().next().value ?? key);
    this.#kept.set(plan.id, periods);
    return tally;
  }

  #markOf(plan: PlanDefinition): Mark {
    const { points, terms, endOf } = this.#options;
    const agreed = terms.inForce(plan.clientId);
    return { plan, points: points.of(plan.id), agreed: agreed.length === 0 ? null : agreed, end: endOf(plan) };
  }

  async #linesFor(plan: PlanDefinition, mark: Mark, period: Span, now: number): Promise<HeldLines> {
    const known = this.#lines.get(plan.id);
    const promises = known && isSame(known, mark) ? known.promises : promisesOf(plan, this.#options.terms);
    const from = period.from - lookBackMs(promises);
    if (known && isSame(known, mark) && known.from <= from && known.to >= period.to) return known;
    const points = await this.#read(plan, from);
    const to = Math.max(period.to, now) + AHEAD_MS;
    const byPromise = new Map<Promised, PlanLines>();
    const byDays = new Map<string, PlanLines>();
    for (const promised of promises) {
      const { closed, timeZone } = promised.input;
      const days = JSON.stringify([closed, timeZone]);
      const lines = byDays.get(days) ?? linesOf(points, openTimeOf(closed, timeZone, from, to));
      byDays.set(days, lines);
      byPromise.set(promised, lines);
    }
    const held = { ...mark, from, to, count: points.length, byPromise, promises };
    this.#hold(plan.id, held, period);
    return held;
  }

  /** Those that could count in a period that begins so much later, with all that they stand on. */
  async #read(plan: PlanDefinition, from: number): Promise<RecoveryPoint[]> {
    const { recoveryPoints } = this.#options.store.scoped(everyClient);
    const rows = await recoveryPoints.since(plan.id, from);
    if (rows.every(({ follows }) => follows === null)) return rows.map(toPoint);
    const ids = rows.map(({ point_id }) => point_id);
    const all = await recoveryPoints.withForerunners(plan.id, ids, MOST_FORERUNNERS);
    return [...resolveChains(all.map(toPoint)).points];
  }

  /** Only what is asked for again and again is worth it: a period that goes on. */
  #hold(planId: string, held: HeldLines, period: Span): void {
    this.#drop(planId);
    if (held.count > MOST_POINTS || period.to - period.from > 100 * DAY_MS) return;
    this.#lines.set(planId, held);
    this.#held += held.count;
    while (this.#held > MOST_POINTS) this.#drop(this.#lines.keys().next().value ?? planId);
  }

  #drop(planId: string): void {
    this.#held -= this.#lines.get(planId)?.count ?? 0;
    this.#lines.delete(planId);
  }
}

function isSame(a: Mark, b: Mark): boolean {
  return a.plan === b.plan && a.points === b.points && a.agreed === b.agreed && a.end === b.end;
}

/** No older point counts for anything: an RPO back, and as many closed days as may lie in it. */
function lookBackMs(promises: readonly Promised[]): number {
  const longest = Math.max(0, ...promises.flatMap(({ rpos }) => rpos.map(({ rpoMs }) => rpoMs ?? 0)));
  const isClosed = promises.some(({ input: { closed } }) => closed.weekdays.length > 0 || closed.dates.length > 0);
  return isClosed ? longest * 7 + 407 * DAY_MS : longest + DAY_MS;
}
