import { type Said, said } from '../../../protocol/said/said.ts';
import { type RtoState, rtoState } from '../recovery/rto.ts';

/** What was promised of something when it failed. */
export interface OutageTarget {
  readonly planId: string;
  /** The name of the plan. */
  readonly plan: string;
  readonly rtoMs: number;
  /** How long a restore takes by what is known; null: no drill says so. */
  readonly restoreMs: number | null;
}

/** A time before in which it did not work, of an incident that came back. */
export interface EarlierOutage {
  readonly onsetAt: number;
  readonly dueAt: number;
  readonly restoredAt: number | null;
  readonly verdict: 'running' | 'met' | 'breached';
}

/** The time from a failure to full function, as an incident keeps it. What is met or breached stays so. Times are ms since 1970. */
export interface OutageClock extends OutageTarget {
  readonly onsetAt: number;
  /** The last instant at which it is met. */
  readonly dueAt: number;
  /** From when on it is at risk: a restore that begins then is over when it is due; without a drill, when 80 % are spent. */
  readonly riskAt: number;
  readonly warnedAt: number | null;
  /** Since when it works in part. */
  readonly partialAt: number | null;
  /** Since when it works in full. */
  readonly restoredAt: number | null;
  readonly verdict: 'running' | 'met' | 'breached';
  readonly earlier: readonly EarlierOutage[];
}

/** What a clock has to say, with the clock as it is then. */
export interface OutageNews {
  readonly clock: OutageClock;
  readonly said: Said;
  /** Null: it is a line in the history, and nobody is told apart from it. */
  readonly kind: 'rto_warning' | 'rto_breach' | null;
}

const MAX_EARLIER = 50;

/** @param previous the clock of the same incident, which has come back */
export function startOutage(target: OutageTarget, onsetAt: number, previous: OutageClock | null): OutageClock {
  const { rtoMs, restoreMs } = target;
  const dueAt = onsetAt + rtoMs;
  const spent = onsetAt + Math.floor((rtoMs * 4) / 5);
  const latestStart = restoreMs === null ? spent : dueAt - restoreMs;
  const riskAt = Math.max(onsetAt, Math.min(spent, latestStart));
  const nothing = { warnedAt: null, partialAt: null, restoredAt: null, verdict: 'running' } as const;
  return { ...target, onsetAt, dueAt, riskAt, ...nothing, earlier: earlierOf(previous) };
}

/** Its warning or its breach, once each; null if there is nothing new at `now`. */
export function tickOutage(clock: OutageClock, now: number): OutageNews | null {
  if (clock.verdict !== 'running' || clock.restoredAt !== null) return null;
  const { plan, dueAt: due, rtoMs: rto, restoreMs: restore } = clock;
  if (outageState(clock, now).verdict === 'breached') {
    const broken = { ...clock, verdict: 'breached' } as const;
    return { clock: broken, said: said('recovery.rto.broken', { plan, due, rto }), kind: 'rto_breach' };
  }
  if (clock.warnedAt !== null || now < clock.riskAt) return null;
  const warned = { ...clock, warnedAt: now };
  return { clock: warned, said: said('recovery.rto.at-risk', { plan, due, rto, restore }), kind: 'rto_warning' };
}

/** It works in part; what still has to come back is named. Null if that is known already. */
export function partlyBack(clock: OutageClock, waiting: readonly string[], now: number): OutageNews | null {
  if (clock.partialAt !== null || clock.restoredAt !== null) return null;
  const partial = { ...clock, partialAt: now };
  return { clock: partial, said: said('recovery.rto.partial', { plan: clock.plan, waiting }), kind: null };
}

/** It works in full since `restoredAt`. A breach that was not told before is told now. */
export function endOutage(clock: OutageClock, restoredAt: number): OutageNews | null {
  if (clock.restoredAt !== null) return null;
  const over = { ...clock, restoredAt: Math.max(clock.onsetAt, restoredAt) };
  const { verdict, said: how } = outageState(over, over.restoredAt);
  const isNew = verdict === 'breached' && clock.verdict === 'running';
  const back = said('recovery.rto.back', { plan: clock.plan, how });
  return { clock: { ...over, verdict }, said: back, kind: isNew ? 'rto_breach' : null };
}

/** How it stands, by the rule of every RTO. */
export function outageState(clock: OutageClock, now: number): RtoState {
  const { onsetAt: onset, partialAt, restoredAt, rtoMs, dueAt, verdict } = clock;
  const kept = verdict === 'running' ? null : { verdict, rtoMs, dueAt };
  return rtoState({ onset, partialAt, restoredAt }, rtoMs, now, kept);
}

/** The tightest of several promises; of equal ones the first by its id. Null of none. */
export function tightest(targets: readonly OutageTarget[]): OutageTarget | null {
  const [first = null] = targets.toSorted((a, b) => a.rtoMs - b.rtoMs || (a.planId < b.planId ? -1 : 1));
  return first;
}

/** After the server's clock was set back; what is due hangs on the onset, and moves only with it. */
export function redateOutage(clock: OutageClock, redate: (at: number) => number): OutageClock {
  const orNull = (at: number | null): number | null => (at === null ? null : redate(at));
  const moved = (at: number, onset: number): number => at + redate(onset) - onset;
  return {
    ...clock,
    onsetAt: redate(clock.onsetAt),
    dueAt: moved(clock.dueAt, clock.onsetAt),
    riskAt: moved(clock.riskAt, clock.onsetAt),
    warnedAt: orNull(clock.warnedAt),
    partialAt: orNull(clock.partialAt),
    restoredAt: orNull(clock.restoredAt),
    earlier: clock.earlier.map((one) => ({
      ...one,
      onsetAt: redate(one.onsetAt),
      dueAt: moved(one.dueAt, one.onsetAt),
      restoredAt: orNull(one.restoredAt),
    })),
  };
}

function earlierOf(previous: OutageClock | null): readonly EarlierOutage[] {
  if (previous === null) return [];
  const { onsetAt, dueAt, restoredAt, verdict } = previous;
  return [...previous.earlier, { onsetAt, dueAt, restoredAt, verdict }].slice(-MAX_EARLIER);
}
