import { allOpen, lastAtOrBefore, type OpenTime } from './open-time.ts';
import { availableAt, isProven, type RecoveryPoint, refusalOf } from './point.ts';

/**
 * Which points count:
 * - `verified`: whole, and a check or a drill has found them so
 * - `complete`: whole by the run's own result, or by a check or a drill
 * - `possible`: also those of which it is not known
 */
export type Trust = 'verified' | 'complete' | 'possible';

const NONE = Number.NEGATIVE_INFINITY;

/**
 * The newest recovery point at every instant: a point counts from when it can be restored until it is gone. Built once from all points
 * of a plan, in any order; then any instant and any period is read from it.
 */
export class ExposureLine {
  /** From when on each step holds, and the start of the newest point then (-Infinity: none), as instants. */
  readonly #at: Float64Array;
  readonly #start: Float64Array;
  /** The same on the line of open time. */
  readonly #openAt: Float64Array;
  readonly #openStart: Float64Array;
  readonly #open: OpenTime;

  private constructor(at: Float64Array, start: Float64Array, open: OpenTime) {
    this.#at = at;
    this.#start = start;
    this.#open = open;
    this.#openAt = open === allOpen ? at : at.map((one) => open.toOpen(one));
    this.#openStart = open === allOpen ? start : start.map((one) => (one === NONE ? NONE : open.toOpen(one)));
  }

  /** @param points as `mergePoints` and `resolveChains` leave them; those that count for nothing may be among them */
  static of(points: Iterable<RecoveryPoint>, trust: Trust = 'complete', open: OpenTime = allOpen): ExposureLine {
    const stays: Stay[] = [];
    for (const point of points) {
      if (!counts(point, trust)) continue;
      const from = availableAt(point);
      const until = point.goneAt ?? Number.POSITIVE_INFINITY;
      if (from < until) stays.push({ start: point.startedAt, from, until });
    }
    const [at, start] = stepsOf(stays);
    return new ExposureLine(at, start, open);
  }

  /** How many steps it has. */
  get length(): number {
    return this.#at.length;
  }

  get open(): OpenTime {
    return this.#open;
  }

  /** Start of the newest point that could be restored at an instant; null if there was none. */
  newestAt(at: number): number | null {
    const start = this.#start[lastAtOrBefore(this.#at, at)] ?? NONE;
    return start === NONE ? null : start;
  }

  /** How much work would be lost at an instant, ms without closed days; Infinity if there is no point. */
  exposureAt(at: number): number {
    const start = this.newestAt(at);
    return start === null ? Number.POSITIVE_INFINITY : this.#open.toOpen(at) - this.#open.toOpen(start);
  }

  /**
   * How long the exposure was within `targetMs` in [from, to), ms without closed days. At the very instant at which it reaches the
   * target it is within.
   */
  withinMs(from: number, to: number, targetMs: number): number {
    if (!(from < to)) return 0;
    const a = this.#open.toOpen(from);
    const b = this.#open.toOpen(to);
    const ats = this.#openAt;
    const starts = this.#openStart;
    const { length } = ats;
    let index = Math.max(0, lastAtOrBefore(this.#at, from));
    let sum = 0;
    // The heart of every attainment: millions of steps, so nothing but numbers.
    for (let at = index < length ? (ats[index] as number) : b; at < b; index += 1) {
      const next = index + 1 < length ? (ats[index + 1] as number) : b;
      const limit = (starts[index] as number) + targetMs;
      const end = next < b ? next : b;
      const within = (limit < end ? limit : end) - (at > a ? at : a);
      if (within > 0) sum += within;
      at = next;
    }
    return sum;
  }

  /** What happened up to `until`: each time the newest point became another one. Without the times when there was none. */
  steps(until: number): { readonly at: number; readonly start: number }[] {
    const steps: { at: number; start: number }[] = [];
    for (let index = 0; index < this.length && (this.#at[index] ?? 0) <= until; index += 1) {
      const [at, start] = [this.#at[index] ?? 0, this.#start[index] ?? NONE];
      if (start !== NONE) steps.push({ at, start });
    }
    return steps;
  }
}

function counts(point: RecoveryPoint, trust: Trust): boolean {
  if (refusalOf(point) !== null) return false;
  if (trust === 'possible') return true;
  return isProven(point) && (trust === 'complete' || point.verifiedAt !== null);
}

/** A point while it can be restored. */
interface Stay {
  readonly start: number;
  readonly from: number;
  readonly until: number;
}

/** Where the newest start changes, and what it is from there on. */
function stepsOf(stays: Stay[]): [at: Float64Array, start: Float64Array] {
  stays.sort((a, b) => a.from - b.from || b.start - a.start);
  return stays.every(({ until }) => until === Number.POSITIVE_INFINITY) ? risingSteps(stays) : changingSteps(stays);
}

/** Where nothing goes, the newest start only rises. */
function risingSteps(stays: readonly Stay[]): [at: Float64Array, start: Float64Array] {
  const [at, start] = [new Float64Array(stays.length), new Float64Array(stays.length)];
  let [count, newest] = [0, NONE];
  for (const stay of stays) {
    if (stay.start <= newest) continue;
    newest = stay.start;
    at[count] = stay.from;
    start[count] = newest;
    count += 1;
  }
  return count === stays.length ? [at, start] : [at.slice(0, count), start.slice(0, count)];
}

function changingSteps(stays: readonly Stay[]): [at: Float64Array, start: Float64Array] {
  const borders = Float64Array.from(
    stays.flatMap(({ from, until }) => (until === Number.POSITIVE_INFINITY ? [from] : [from, until])),
  ).sort();
  const [at, start]: [number[], number[]] = [[], []];
  const there = new NewestFirst();
  let next = 0;
  for (const border of borders) {
    for (let stay = stays[next]; stay !== undefined && stay.from <= border; stay = stays[next]) {
      there.add(stay);
      next += 1;
    }
    const newest = there.newestAt(border);
    if (newest === (start.at(-1) ?? NONE)) continue;
    at.push(border);
    start.push(newest);
  }
  return [Float64Array.from(at), Float64Array.from(start)];
}

/** A heap with the newest start on top; what is gone is only taken off once it lies there. */
class NewestFirst {
  readonly #stays: Stay[] = [];

  add(stay: Stay): void {
    const stays = this.#stays;
    let index = stays.push(stay) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = stays[parent];
      if (above === undefined || above.start >= stay.start) break;
      stays[index] = above;
      index = parent;
    }
    stays[index] = stay;
  }

  /** The newest start of those that are still there at `at`, which never decreases from one call to the next. */
  newestAt(at: number): number {
    for (let top = this.#stays[0]; top !== undefined; top = this.#stays[0]) {
      if (top.until > at) return top.start;
      this.#removeTop();
    }
    return NONE;
  }

  #removeTop(): void {
    const stays = this.#stays;
    const last = stays.pop();
    const { length } = stays;
    if (last === undefined || length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if ((stays[child + 1]?.start ?? NONE) > (stays[child]?.start ?? NONE)) child += 1;
      const below = stays[child];
      if (below === undefined || below.start <= last.start) break;
      stays[index] = below;
      index = child;
    }
    stays[index] = last;
  }
}
