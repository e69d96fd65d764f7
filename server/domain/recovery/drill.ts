import type { DrillFailure } from '../../../protocol/api/drill-failures.ts';
import { said as fact, type Said } from '../../../protocol/said/said.ts';
import { type RtoVerdict, rtoState } from './rto.ts';

/** A restore that was tried, by the agent or by hand. */
export interface Drill {
  readonly id: string;
  /** All of it, or a sample: that proves its files, never the whole. */
  readonly scope: 'full' | 'sample';
  readonly startedAt: number;
  /** Null while it runs. */
  readonly finishedAt: number | null;
  readonly result: 'running' | 'restored' | DrillFailure;
  /** What was brought back. */
  readonly restoredBytes: number | null;
}

export interface DrillState {
  /** Timed like an outage, and always labelled a drill; null where no RTO counts, and of one that failed or is a sample. */
  readonly rto: RtoVerdict | null;
  readonly elapsedMs: number;
  /** That everything can be restored. */
  readonly isProof: boolean;
}

/** How a drill stands at `now`, by the rule that times an outage. */
export function drillState(drill: Drill, rtoMs: number | null, now: number): DrillState {
  const { startedAt, finishedAt, scope } = drill;
  const outage = { onset: startedAt, partialAt: null, restoredAt: finishedAt };
  const { verdict, elapsedMs, isOver } = rtoState(outage, rtoMs ?? Number.POSITIVE_INFINITY, now);
  const isFailed = drill.result !== 'running' && drill.result !== 'restored';
  const isTimed = rtoMs !== null && scope === 'full' && !isFailed;
  return { rto: isTimed ? verdict : null, elapsedMs, isProof: isRestored(drill, now) && isOver && scope === 'full' };
}

/** Whether it came to its end, and well, by `now`. */
export function isRestored({ result, startedAt, finishedAt }: Drill, now: number): boolean {
  return result === 'restored' && finishedAt !== null && finishedAt >= startedAt && finishedAt <= now;
}

/** What the drills of a plan prove at `now`. */
export interface DrillProof {
  /** The newest of all of it, and of any, that went well. */
  readonly full: Drill | null;
  readonly any: Drill | null;
  /** The newest that is over went wrong. */
  readonly failed: Drill | null;
  /** How long the last one that counts is ago; null: there is none. */
  readonly ageMs: number | null;
  readonly isOverdue: boolean;
  readonly said: Said | null;
}

/**
 * The age of the last drill against its own target. A sample counts only where samples are what is wanted; all of it counts always.
 * It is as old as its end.
 */
export function drillProof(
  drills: readonly Drill[],
  wanted: { readonly scope: Drill['scope']; readonly maxAgeMs: number | null },
  now: number,
): DrillProof {
  const over = drills.filter(
    ({ result, finishedAt }) => result !== 'running' && finishedAt !== null && finishedAt <= now,
  );
  const good = over.filter((drill) => isRestored(drill, now));
  const full = newest(good.filter(({ scope }) => scope === 'full'));
  const any = newest(good);
  const last = newest(over);
  const failed = last !== null && !isRestored(last, now) ? last : null;
  const counted = wanted.scope === 'full' ? full : any;
  const endedAt = counted?.finishedAt ?? null;
  const ageMs = endedAt === null ? null : now - endedAt;
  const { maxAgeMs } = wanted;
  const isOverdue = maxAgeMs !== null && (ageMs === null || ageMs > maxAgeMs);
  return { full, any, failed, ageMs, isOverdue, said: say(failed, counted, maxAgeMs, isOverdue) };
}

function say(failed: Drill | null, counted: Drill | null, maxAgeMs: number | null, isOverdue: boolean): Said | null {
  if (failed !== null && failed.result !== 'running' && failed.result !== 'restored') {
    return fact('recovery.drill.failed', { at: failed.finishedAt ?? failed.startedAt, why: failed.result });
  }
  if (isOverdue && maxAgeMs !== null) {
    return fact('recovery.drill.overdue', { last: counted?.finishedAt ?? null, age: maxAgeMs });
  }
  if (counted === null || counted.finishedAt === null) return null;
  const { finishedAt: at, startedAt, scope } = counted;
  return fact('recovery.drill.proven', { at, took: at - startedAt, scope });
}

function newest(drills: readonly Drill[]): Drill | null {
  const end = ({ finishedAt, startedAt }: Drill): number => finishedAt ?? startedAt;
  return drills.reduce<Drill | null>((best, one) => (best === null || end(one) > end(best) ? one : best), null);
}
